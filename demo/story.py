"""What happens in the demo, once its services stand. Imported when Django is set up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo import sandbox, seed, verify, walk
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
        self._console.print(_closing_table(shipments))
        for fault in faults[:20]:
            self._console.print(f"[red]✗[/red] {fault}", highlight=False)
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
        member = walk.sign_in(self._at.portal, seeded.member, seed.PASSWORD)
        shipments = []
        for name, file in seed.FILES.items():
            connection = Connection.objects.select_related("company").get(company__name=name)
            walk.say_yes(member, f"{self._at.portal}/t/fjordlys/connections/{connection.pk}/")
            contents = verify.read_file(EXAMPLES / file)
            self._upload(member, connection, EXAMPLES / file)
            self._say(
                f"{file}: {len(contents.good)} orders go to {name}, "
                f"{len(contents.bad)} are refused."
            )
            shipments.append(Shipment(connection, file, contents))
        return shipments

    def _upload(self, member: Person, connection: Connection, file: Path) -> None:
        """Chooses the file, waits until it has been read, and takes the good orders in."""
        page = member.open(f"{self._at.portal}/t/fjordlys/files/")
        chosen = page.press("Upload", connection=str(connection), mapping=MAPPING)
        page = member.send(chosen, file=("file", file))
        address = page.url

        def is_read() -> bool:
            nonlocal page
            page = member.open(address)
            return page.has_button("Take in")

        if not self._services.wait(is_read, seconds=READ, pause=0.3):
            raise Lost(f"{file.name} was not read in {READ:.0f} s: {page.text[:400]}")
        member.send(page.press("Take in"))

    def _faults(self, shipment: Shipment) -> list[str]:
        tenant_id = str(shipment.connection.company.visma_tenant_id)
        return verify.faults(
            shipment.contents,
            sandbox.orders(self._at.sandbox, tenant_id),
            shipment.refused(),
            prefix=seed.PREFIX,
        )

    def _say(self, sentence: str) -> None:
        self._console.print(f"[green]✓[/green] {sentence}", highlight=False)


def _closing_table(shipments: Sequence[Shipment]) -> Table:
    table = Table(title="What became of the orders", title_justify="left", show_lines=True)
    for heading in ("Company", "Delivered", "Refused", "Reference → order in Visma.net"):
        table.add_column(heading)
    for one in shipments:
        delivered = Delivery.objects.filter(lane__connection=one.connection, state="delivered")
        first = delivered.select_related("order").order_by("pk")[:SHOWN]
        numbers = [f"{d.order.reference} → {d.visma_type} {d.visma_number}" for d in first]
        table.add_row(
            f"{one.company}\n[dim]{one.file}[/dim]",
            f"{one.states().get('delivered', 0)} of {len(one.contents.good)}",
            "\n".join(_reasons(one)),
            "\n".join([*numbers, "…"]),
        )
    return table


def _reasons(shipment: Shipment) -> list[str]:
    """Each reason with how many orders it was for."""
    counted: dict[str, int] = {}
    for reason in shipment.refused().values():
        counted[reason] = counted.get(reason, 0) + 1
    return [f"{number} × {reason}" for reason, number in counted.items()]
