"""How far the orders are, asked of the portal's own database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from demo.supervisor import Supervisor
from demo.verify import Contents
from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.intake.models import Refusal

MOVING = {Delivery.State.PENDING, Delivery.State.SENDING, Delivery.State.UNCERTAIN}


@dataclass(frozen=True, slots=True)
class Shipment:
    """One file on its way into one company."""

    connection: Connection
    file: str
    contents: Contents

    @property
    def company(self) -> str:
        return str(self.connection.company)

    def states(self) -> dict[str, int]:
        """How many of its orders are in which state."""
        rows = Delivery.objects.filter(lane__connection=self.connection).values_list("state")
        return dict(rows.annotate(number=Count("pk")).order_by())

    def refused(self) -> dict[str, str]:
        """The reason by order number."""
        rows = Refusal.objects.filter(upload__connection=self.connection)
        return dict(rows.values_list("reference", "reason"))

    def reasons(self) -> dict[str, int]:
        """Why orders were refused, and how many for each reason."""
        rows = Refusal.objects.filter(upload__connection=self.connection)
        counted: dict[str, int] = {}
        for column, reason in rows.values_list("column", "reason"):
            sentence = f"{column}: {reason}" if column else reason
            counted[sentence] = counted.get(sentence, 0) + 1
        return counted


def watch(
    shipments: Sequence[Shipment], services: Supervisor, console: Console, *, seconds: float
) -> bool:
    """Draws a bar per company until every good order has ended; False when that takes too long."""
    with Progress(
        TextColumn("{task.description:24}"), BarColumn(40), MofNCompleteColumn(),
        TextColumn("delivered"), TimeElapsedColumn(), console=console,
    ) as progress:  # fmt: skip
        bars = {
            one.company: progress.add_task(one.company, total=len(one.contents.good))
            for one in shipments
        }

        def all_ended() -> bool:
            ended = True
            for one in shipments:
                states = one.states()
                delivered = states.get(Delivery.State.DELIVERED, 0)
                progress.update(bars[one.company], completed=delivered)
                moving = sum(states.get(state, 0) for state in MOVING)
                ended &= moving == 0 and sum(states.values()) >= len(one.contents.good)
            return ended

        return services.wait(all_ended, seconds=seconds, pause=0.2)
