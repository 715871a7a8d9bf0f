"""What happens in the demo, once its services stand. Imported when Django is set up."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo import sandbox, seed, verify, walk
from demo.pages import Submission
from demo.person import Lost, Person
from demo.progress import Shipment, watch
from demo.seed import Seeded
from demo.services import Addresses
from demo.supervisor import ROOT, Supervisor
from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery

EXAMPLES = ROOT / "examples"
MAPPING = "online-retail"
# Generous: a cold machine with two cores needs a tenth.
READ, PUSH = 60.0, 90.0
SHOWN = 4


class Story:
    """Two companies are connected, a file goes into each, and the ERP is asked what it got."""

    def __init__(self, at: Addresses, services: Supervisor, console: Console) -> None:
        self._at = at
        self._services = services
        self._console = console

    def tell(self, seeded: Seeded) -> bool:
        """Whether every good order is in the ERP once, and every bad one refused."""
        self._connect(seeded)
        shipments = self._take_in(seeded)
        arrived = watch(shipments, self._services, self._console, seconds=PUSH)
        faults = [fault for one in shipments for fault in self._faults(one)]
        self._console.print(_closing_table(shipments), _refusals_table(shipments))
        for fault in faults[:20]:
            self._console.print("[red]✗[/red]", escape(fault), highlight=False)
        if arrived and not faults:
            self._say("Asked of the ERP itself: each order is there once, as in its file.")
        return arrived and not faults

    def _connect(self, seeded: Seeded) -> None:
        people = {one["email"]: one for one in sandbox.world(self._at.sandbox)["users"]}
        accountant, admin = (people[name] for name in (seed.ACCOUNTANT, seed.ADMINISTRATOR))
        walk.consent(seeded.consent_link, accountant, seed.BY_CONSENT)
        self._say(f"{seed.BY_CONSENT} is connected: a person signed in at Visma and allowed it.")
        walk.approve(seeded.approval_link, admin, seed.BY_APPROVAL)
        self._say(f"{seed.BY_APPROVAL} is connected: approved in the App Store, by tenant id.")

    def _take_in(self, seeded: Seeded) -> list[Shipment]:
        """Both files are read and shown first; then the owner takes both in."""
        tenant = f"{self._at.portal}/t/{seeded.tenant.slug}"
        new_file = f"{tenant}/files/new"
        member = walk.sign_in(new_file, seeded.member, seed.PASSWORD)
        shipments, presses = [], []
        for name, file in seed.FILES.items():
            connection = Connection.objects.select_related("company").get(company__name=name)
            walk.say_yes(member, f"{tenant}/companies/{connection.pk}/")
            contents = verify.read_file(EXAMPLES / file)
            presses.append(self._read(member, new_file, name, file, len(contents.good)))
            shipments.append(Shipment(connection, file, contents))
            self._say(f"{file} is read: {len(contents.good)} orders, {len(contents.bad)} refused.")
        for press in presses:
            member.send(press)
        return shipments

    def _read(
        self, member: Person, new_file: str, company: str, file: str, orders: int
    ) -> Submission:
        """Sends the file, waits until it has been read; gives the press that takes it in."""
        chosen = member.open(new_file).press("Read the file", connection=company, mapping=MAPPING)
        address = member.send(chosen, file=("file", EXAMPLES / file)).url
        take_in = f"Take in {orders} orders"
        if not self._services.wait(
            lambda: member.open(address).has_button(take_in), seconds=READ, pause=0.3
        ):
            raise Lost(f"{file} was not read in {READ:.0f} s: {member.open(address).text[:400]}")
        return member.open(address).press(take_in)

    def _faults(self, shipment: Shipment) -> list[str]:
        tenant_id = str(shipment.connection.company.visma_tenant_id)
        return verify.faults(
            shipment.contents,
            sandbox.orders(self._at.sandbox, tenant_id),
            shipment.refused(),
            prefix=seed.PREFIX,
        )

    def _say(self, sentence: str) -> None:
        self._console.print("[green]✓[/green]", escape(sentence), highlight=False)


def _closing_table(shipments: Sequence[Shipment]) -> Table:
    table = Table(box=SIMPLE)
    table.add_column("Company", no_wrap=True)
    for heading in ("Accepted", "Delivered", "Refused"):
        table.add_column(heading, justify="right")
    table.add_column("In Visma.net", no_wrap=True)
    for one in shipments:
        states = one.states()
        table.add_row(
            one.company,
            str(sum(states.values())),
            str(states.get(Delivery.State.DELIVERED, 0)),
            str(sum(one.reasons().values())),
            "\n".join(_first_numbers(one)),
        )
    return table


def _refusals_table(shipments: Sequence[Shipment]) -> Table:
    table = Table(box=SIMPLE)
    table.add_column("Refused", justify="right")
    table.add_column("Of", no_wrap=True)
    table.add_column("Why")
    for one in shipments:
        for reason, number in one.reasons().items():
            table.add_row(str(number), one.company, escape(reason))
    return table


def _first_numbers(shipment: Shipment) -> list[str]:
    delivered = Delivery.objects.filter(
        lane__connection=shipment.connection, state=Delivery.State.DELIVERED
    )
    first = delivered.select_related("order").order_by("pk")[:SHOWN]
    return [f"{one.order.reference} → {one.visma_type} {one.visma_number}" for one in first]
