"""What happens in the demo, once its services stand. Imported when Django is set up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo import sandbox, seed, verify, walk
from demo.pages import Page
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
        files = f"{self._at.portal}/t/{seeded.tenant.slug}/files/new"
        member = walk.sign_in(files, seeded.member, seed.PASSWORD)
        shipments = []
        for name, file in seed.FILES.items():
            connection = Connection.objects.select_related("company").get(company__name=name)
            walk.say_yes(member, f"{self._at.portal}/t/fjordlys/connections/{connection.pk}/")
            contents = verify.read_file(EXAMPLES / file)
            self._upload(member, connection, EXAMPLES / file, len(contents.good))
            self._say(
                f"{file}: {len(contents.good)} orders go to {name}, "
                f"{len(contents.bad)} are refused."
            )
            shipments.append(Shipment(connection, file, contents))
        return shipments

    def _upload(self, member: Person, connection: Connection, file: Path, orders: int) -> None:
        """Chooses the file, waits until it has been read, and takes the good orders in."""
        form = member.open(f"{self._at.portal}/t/fjordlys/files/new")
        chosen = form.press("Read the file", connection=str(connection.company), mapping=MAPPING)
        take_in = f"Take in {orders} orders"
        address = member.send(chosen, file=("file", file)).url
        page: Page | None = None

        def is_read() -> bool:
            nonlocal page
            page = member.open(address)
            return page.has_button(take_in)

        if not self._services.wait(is_read, seconds=READ, pause=0.3) or page is None:
            raise Lost(f"{file.name} was not read in {READ:.0f} s: {page and page.text[:400]}")
        member.send(page.press(take_in))

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
