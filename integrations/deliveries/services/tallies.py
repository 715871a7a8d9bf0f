"""How many orders are in which state, and other sums, without counting a table.

Exact at any moment, whatever crashed: a change and its tally are one transaction.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Sum

from integrations.deliveries.models import Delivery, Heartbeat, Look, Tally
from integrations.deliveries.services.outbox.statements import select

Subject = Tally.Subject
# Name and reason; the latter is empty for all but parked orders.
Kind = tuple[str, str]
SWEEP = "sweep"
FEW, MOST_FOLDED = 100, 5_000

# Both sides in one statement, so that they are of one moment.
_DIFFERENCES = """
    SELECT name, reason, sum(change) FROM (
      SELECT state AS name, reason, count(*) AS change FROM deliveries_delivery GROUP BY 1, 2
      UNION ALL
      SELECT name, reason, -change FROM deliveries_tally WHERE subject = 'order'
    ) AS sides GROUP BY 1, 2 HAVING sum(change) <> 0"""


@dataclass(frozen=True, slots=True)
class Sums:
    """Orders by state and reason, looks ever made by finding, microseconds by phase."""

    orders: Counter[Kind]
    looks: Counter[Kind]
    phases: Counter[Kind]

    def of_state(self, state: str) -> int:
        return sum(number for (name, _), number in self.orders.items() if name == state)


def sums() -> Sums:
    """All sums at one moment."""
    found: dict[str, Counter[Kind]] = {subject: Counter() for subject in Subject.values}
    rows = Tally.objects.order_by().values_list("subject", "name", "reason")
    for subject, name, reason, number in rows.annotate(sum=Sum("change")):
        if number:
            found[subject][name, reason] = number
    if not _are_triggered():
        found[Subject.ORDER], found[Subject.LOOK] = _counted_orders(), _counted_looks()
    return Sums(found[Subject.ORDER], found[Subject.LOOK], found[Subject.PHASE])


def add(subject: Tally.Subject, changes: dict[str, int]) -> None:
    """Tally what no trigger does."""
    Tally.objects.bulk_create(
        Tally(subject=subject, name=name, change=change)
        for name, change in changes.items()
        if change
    )


def keep(*, now: datetime) -> None:
    """What the sweep does: put one row in the place of many, and remember that it came round."""
    if Tally.objects.all()[FEW : FEW + 1].exists():
        _fold()
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=SWEEP, beat_at=now)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["beat_at"],
    )


def swept_at() -> datetime | None:
    """When a sweep last came round; None: never yet."""
    return Heartbeat.objects.filter(name=SWEEP).values_list("beat_at", flat=True).first()


def differences() -> Counter[Kind]:
    """What the tally of orders lacks (below zero: has too much); empty when it is right.

    Counts the table. Looks aren't compared: those of deleted orders stay tallied.
    """
    if not _are_triggered():
        return Counter()
    return Counter(
        {(name, reason): int(number) for name, reason, number in select(_DIFFERENCES, [])}
    )


@transaction.atomic
def mend() -> Counter[Kind]:
    """Add what the tally lacks, while orders go on; what it lacks is the same at any moment."""
    lacking = differences()
    Tally.objects.bulk_create(
        Tally(subject=Subject.ORDER, name=name, reason=reason, change=change)
        for (name, reason), change in lacking.items()
    )
    return lacking


@transaction.atomic
def _fold() -> None:
    """Two at once fold different rows."""
    rows = list(Tally.objects.select_for_update(skip_locked=True).order_by("pk")[:MOST_FOLDED])
    Tally.objects.filter(pk__in=[row.pk for row in rows]).delete()
    folded: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        folded[row.subject, row.name, row.reason] += row.change
    Tally.objects.bulk_create(
        Tally(subject=subject, name=name, reason=reason, change=change)
        for (subject, name, reason), change in folded.items()
        if change
    )


def _are_triggered() -> bool:
    return connection.vendor == "postgresql"


def _counted_orders() -> Counter[Kind]:
    rows = Delivery.objects.order_by().values_list("state", "reason").annotate(Count("pk"))
    return Counter({(state, reason): number for state, reason, number in rows})


def _counted_looks() -> Counter[Kind]:
    rows = Look.objects.order_by().values_list("finding").annotate(Count("pk"))
    return Counter({(finding, ""): number for finding, number in rows})
