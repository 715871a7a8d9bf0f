"""Cancelling or sending again by filter: what it would do, starting, watching, stopping.

``carrying_out`` does it, beside the web server.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from integrations.audit.services import record
from integrations.deliveries.models import BulkAct, Delivery
from integrations.deliveries.services.actors import By, facts_of, machine_name, person, personal_of
from integrations.deliveries.services.selecting import Chosen, Selection, choose
from integrations.tenants.models import Tenant

State, Deed = Delivery.State, BulkAct.Deed
MOST_COUNTED = 100_000
SAMPLE = 10
SHOWN = 50
# In these a deed does something; `decisions` says what.
OPEN_TO = {
    Deed.RESEND: (State.REJECTED, State.PARKED, State.CANCELLED),
    Deed.CANCEL: (State.PENDING, State.SENDING, State.UNCERTAIN, State.REJECTED, State.PARKED),
}
# A person says first which number stands.
_UNDECIDED = (Delivery.Reason.SEVERAL_FOUND, Delivery.Reason.DOUBLE_SUSPECTED)
DECIDE_FIRST = {
    Deed.RESEND: Q(reason__in=(*_UNDECIDED, Delivery.Reason.FOUND)),
    Deed.CANCEL: Q(reason__in=_UNDECIDED),
}


class FindsEverything(Exception):
    """A bulk act wants a filter: nothing was chosen."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How many it would touch, some of them, and how many it leaves out, by code; up to a bound."""

    count: int
    sample: list[Delivery]
    left_out: dict[str, int] = field(default_factory=dict)


def preview(tenant: Tenant, deed: str, selection: Selection, *, now: datetime) -> Preview:
    """What a bulk act would do now. Raises FindsEverything."""
    chosen = _choose(tenant, selection, now)
    touched = eligible(chosen, deed)
    sample = touched.select_related("order", "lane__connection__company").order_by("-pk")[:SAMPLE]
    return Preview(_count(touched), list(sample), _left_out(chosen, deed))


def eligible(chosen: Chosen, deed: str) -> QuerySet[Delivery]:
    """Those of the chosen that the deed does something to."""
    known = Deed(deed)
    return chosen.rows().filter(~DECIDE_FIRST[known], state__in=OPEN_TO[known])


def start(
    tenant: Tenant, deed: str, selection: Selection, *, by: By, now: datetime
) -> tuple[BulkAct, bool]:
    """The act, and whether it is new: the same over the same filter runs once at a time.

    Raises FindsEverything. Afterwards the caller asks a worker to carry it out.
    """
    chosen = _choose(tenant, selection, now)
    running = BulkAct.objects.filter(
        tenant=tenant, deed=deed, selection_digest=selection.digest(), state=BulkAct.State.RUNNING
    )
    if known := running.first():
        return known, False
    act = BulkAct(
        tenant=tenant, deed=deed, selection=selection.stored(),
        selection_digest=selection.digest(), found_count=_count(eligible(chosen, deed)),
        left_out=_left_out(chosen, deed), started_at=now, by=person(by), by_name=machine_name(by),
    )  # fmt: skip
    try:
        with transaction.atomic():
            act.save(force_insert=True)
            note(act, "started", by=by, now=now)
    except IntegrityError:
        return running.get(), False
    return act, True


@transaction.atomic
def stop(act: BulkAct, *, by: By, now: datetime) -> bool:
    """Do no more of it; what is done stays done. False when it had ended."""
    stopped = BulkAct.objects.filter(pk=act.pk, state=BulkAct.State.RUNNING).update(
        state=BulkAct.State.STOPPED, finished_at=now, worked_until=None
    )
    act.refresh_from_db()
    if stopped:
        note(act, "stopped", by=by, now=now)
    return bool(stopped)


def newest(tenant: Tenant, limit: int = SHOWN) -> list[BulkAct]:
    return list(BulkAct.objects.for_tenant(tenant).select_related("by")[:limit])


def any_runs(tenant: Tenant) -> bool:
    return BulkAct.objects.filter(tenant=tenant, state=BulkAct.State.RUNNING).exists()


def note(act: BulkAct, ending: str, *, by: By | None, now: datetime) -> None:
    """Into the tenant's chain. What was searched for may be personal, the rest isn't."""
    selection = dict(act.selection)
    sought = selection.pop("text", "")
    facts: dict[str, Any] = {
        "act": str(act.pk), "deed": act.deed, "selection": selection, "found": act.found_count,
        "outcomes": act.outcomes, "left_out": act.left_out,
    }  # fmt: skip
    personal = {"text": sought} if sought else {}
    if by is not None:
        facts |= facts_of(by)
        personal |= personal_of(by)
    record(act.tenant, f"bulk_act.{ending}", facts=facts, personal=personal, now=now)


def _choose(tenant: Tenant, selection: Selection, now: datetime) -> Chosen:
    if selection.is_everything:
        raise FindsEverything
    return choose(tenant, selection, now=now)


def _left_out(chosen: Chosen, deed: str) -> dict[str, int]:
    """Counts by the code that ``decisions`` would refuse with."""
    closed = [state for state in State.values if state not in OPEN_TO[Deed(deed)]]
    counts = {f"{deed}_{state}": _count(chosen.rows().filter(state=state)) for state in closed}
    counts["decide_first"] = _count(chosen.rows().filter(DECIDE_FIRST[Deed(deed)]))
    return {code: count for code, count in counts.items() if count}


def _count(rows: QuerySet[Delivery]) -> int:
    return rows.order_by()[:MOST_COUNTED].count()
