"""What people decide about a delivery. Each raises NotPossible when its state doesn't allow it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from integrations.audit.services import record
from integrations.deliveries.models import Attempt, BulkAct, Delivery
from integrations.deliveries.services import numbering, ordering
from integrations.deliveries.services.actors import By, Machine, facts_of, personal_of

State, Reason, Ending = Delivery.State, Delivery.Reason, Attempt.Ending


class NotPossible(Exception):
    """The delivery's state does not allow this. ``code`` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def cancel(delivery: Delivery, *, by: By, now: datetime, act: BulkAct | None = None) -> Delivery:
    """Cancel at once what waits or was refused; for what is out or uncertain it is a wish.

    A parked order is cancelled too, unless several were found or a double is suspected: what is
    in Visma.net has to be named first.
    """
    row = _locked(delivery)
    if row.reason in (Reason.SEVERAL_FOUND, Reason.DOUBLE_SUSPECTED):
        raise NotPossible("decide_first")
    if row.state in (State.PENDING, State.REJECTED, State.PARKED):
        row.state, row.reason, row.settled_at = State.CANCELLED, Reason.NONE, now
        row.save(update_fields=["state", "reason", "settled_at"])
        ordering.let_go([row.pk] if row.queue_key else [])
    elif row.state in (State.SENDING, State.UNCERTAIN):
        row.cancel_wanted_at = row.cancel_wanted_at or now
        row.save(update_fields=["cancel_wanted_at"])
    else:
        raise NotPossible(f"cancel_{row.state}")
    _audit(row, "delivery.cancelled", by, now, act)
    return row


@transaction.atomic
def resend(delivery: Delivery, *, by: By, now: datetime, act: BulkAct | None = None) -> Delivery:
    """Send again what was rejected, parked or cancelled; look first where anything may be there.

    Refused while it is under way, and where several were found or a double is suspected: there a
    person first says which number stands, or that none does (``decide_number``, ``decide_none``).
    A bulk act leaves out what has been settled since it began: its asker did not see that.
    """
    row = _locked(delivery)
    if row.state not in (State.REJECTED, State.PARKED, State.CANCELLED):
        raise NotPossible(f"resend_{row.state}")
    if row.reason in (Reason.FOUND, Reason.SEVERAL_FOUND, Reason.DOUBLE_SUSPECTED):
        raise NotPossible("decide_first")
    if act is not None and row.settled_at is not None and row.settled_at > act.started_at:
        raise NotPossible("resend_settled_since")
    _reopen(row, now)
    _audit(row, "delivery.resent", by, now, act)
    return row


@transaction.atomic
def decide_number(
    delivery: Delivery, *, order_type: str, number: str, by: By, now: datetime
) -> Delivery:
    """A person looked in Visma.net: this is the order. Raises NotPossible if it is another's."""
    row = _locked(delivery)
    if row.state != State.PARKED:
        raise NotPossible(f"decide_{row.state}")
    row.state, row.reason, row.settled_at = State.DELIVERED, Reason.NONE, now
    row.visma_type, row.visma_number = order_type, number
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "reason", "settled_at", "visma_type", "visma_number"])
    except IntegrityError:
        raise NotPossible("number_taken") from None
    ordering.let_go([row.pk] if row.queue_key else [])
    _audit(row, "delivery.decided", by, now)
    return row


@transaction.atomic
def decide_none(delivery: Delivery, *, by: By, now: datetime) -> Delivery:
    """A person looked in Visma.net: the order is not there. It is sent anew."""
    row = _locked(delivery)
    if row.state != State.PARKED:
        raise NotPossible(f"decide_{row.state}")
    Attempt.objects.filter(delivery=row, cleared_at=None).exclude(ended_at=None).update(
        cleared_at=now
    )
    row.late_number = ""
    _reopen(row, now)
    _audit(row, "delivery.decided_absent", by, now)
    return row


@transaction.atomic
def pause(delivery: Delivery, *, by: By, now: datetime) -> Delivery:
    """Hold one order back; what is under way already goes on. Paused already: nothing changes."""
    row = _locked(delivery)
    if row.state in (State.DELIVERED, State.CANCELLED):
        raise NotPossible(f"pause_{row.state}")
    if row.paused_at is None:
        row.paused_at = now
        row.save(update_fields=["paused_at"])
        _audit(row, "delivery.paused", by, now)
    return row


@transaction.atomic
def resume(delivery: Delivery, *, by: By, now: datetime) -> Delivery:
    """Let a paused order go. Not paused: nothing changes."""
    row = _locked(delivery)
    if row.paused_at is not None:
        row.paused_at = None
        row.save(update_fields=["paused_at"])
        _audit(row, "delivery.resumed", by, now)
    return row


def _locked(delivery: Delivery) -> Delivery:
    return (
        Delivery.objects.select_for_update(of=("self",))
        .select_related(
            "lane__connection__company__tenant", "lane__connection__integration", "order"
        )
        .get(pk=delivery.pk)
    )


def _reopen(row: Delivery, now: datetime) -> None:
    """Back to pending only if no attempt can have left anything at Visma; else to uncertain."""
    harmless = Q(ending__in=(Ending.GATE, Ending.WITHDRAWN)) | Q(cleared_at__isnull=False)
    refused = Q(ending=Ending.ANSWERED, visma_number="")
    doubtful = row.attempts.exclude(harmless | refused).exists()
    numbering.forget_taken(row)
    row.reason, row.settled_at, row.problem = Reason.NONE, None, None
    row.charged = row.outages = row.set_aside = row.misses = 0
    row.missed_at = row.cancel_wanted_at = row.rehearsed_at = None
    row.rehearsal = ""
    row.kept_refusal = False
    if doubtful:
        row.state, row.quarantined_until, row.look_at = State.UNCERTAIN, now, now
        row.uncertain_at = now
    else:
        row.state, row.due_at = State.PENDING, now
    row.save()
    ordering.take_place(row)


def _audit(row: Delivery, verb: str, by: By, now: datetime, act: BulkAct | None = None) -> None:
    facts = {"delivery": row.pk, "reference": row.order.reference, "state": row.state}
    if isinstance(by, Machine):
        facts |= facts_of(by)
    if act is not None:
        facts["act"] = str(act.pk)
    tenant = row.lane.connection.company.tenant
    record(tenant, verb, facts=facts, personal=personal_of(by), now=now)
