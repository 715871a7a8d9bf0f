"""Answers that meet a delivery which has moved on. Rare, so row by row, under the row's lock."""

from __future__ import annotations

import logging

from django.db import transaction

from integrations.connections.services import incidents
from integrations.deliveries.models import Attempt, Delivery
from integrations.deliveries.services import outbox
from integrations.deliveries.services.outbox import Settlement

logger = logging.getLogger(__name__)

State, Reason = Delivery.State, Delivery.Reason


def number_is_taken(settlement: Settlement) -> bool:
    """Whether another delivery already has the number this one was given."""
    company = Delivery.objects.values_list("visma_company", flat=True).get(
        pk=settlement.delivery_id
    )
    return (
        Delivery.objects.filter(
            visma_company=company,
            visma_type=settlement.visma_type,
            visma_number=settlement.visma_number,
        )
        .exclude(pk=settlement.delivery_id)
        .exists()
    )


@transaction.atomic
def resolve(settlement: Settlement) -> None:
    """Take account of an outcome that the bulk statement could not write.

    A 201 always counts. With a later attempt out it is remembered until that one has ended: no
    second order, and the delivery is delivered under the first number; a second one parks it.
    """
    delivery = (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("lane__connection")
        .get(pk=settlement.delivery_id)
    )
    if settlement.state == State.DELIVERED:
        _count_number(delivery, settlement)
    elif (
        delivery.late_number
        and delivery.attempt == settlement.attempt
        and delivery.state in (State.SENDING, State.UNCERTAIN)
    ):
        order_type, _, number = delivery.late_number.partition("/")
        _deliver(delivery, order_type, number, settlement)


def _count_number(delivery: Delivery, settlement: Settlement) -> None:
    number = f"{settlement.visma_type}/{settlement.visma_number}"
    if delivery.state == State.DELIVERED:
        if number != f"{delivery.visma_type}/{delivery.visma_number}":
            _report_double(delivery, number)
    elif delivery.state in (State.REJECTED, State.CANCELLED):
        _park(delivery, Reason.DOUBLE_SUSPECTED, settlement)
    elif delivery.state == State.PARKED:
        logger.warning("Parked delivery %s was given a number after all", delivery.pk)
    elif delivery.attempt == settlement.attempt:
        _count_beside_earlier(delivery, number, settlement)
    elif delivery.state == State.PENDING:
        _deliver(delivery, settlement.visma_type, settlement.visma_number, settlement)
    else:
        _remember(delivery, number)


def _count_beside_earlier(delivery: Delivery, number: str, settlement: Settlement) -> None:
    """The newest attempt made an order, and an earlier one had made one already."""
    if delivery.late_number in ("", number):
        _deliver(delivery, settlement.visma_type, settlement.visma_number, settlement)
        return
    _park(delivery, Reason.SEVERAL_FOUND, settlement)
    _report_double(delivery, f"{delivery.late_number} and {number}")


def _remember(delivery: Delivery, number: str) -> None:
    if delivery.late_number not in ("", number):
        _report_double(delivery, f"{delivery.late_number} and {number}")
    delivery.late_number = number
    delivery.save(update_fields=["late_number"])


def _deliver(delivery: Delivery, order_type: str, number: str, settlement: Settlement) -> None:
    delivery.state, delivery.reason, delivery.epoch = State.DELIVERED, Reason.NONE, None
    delivery.visma_type, delivery.visma_number = order_type, number
    delivery.settled_at = settlement.due_at
    delivery.save(
        update_fields=["state", "reason", "epoch", "visma_type", "visma_number", "settled_at"]
    )
    outbox.let_go([delivery.pk] if delivery.queue_key else [])
    _close_attempt(delivery, settlement)


def _park(delivery: Delivery, reason: Delivery.Reason, settlement: Settlement) -> None:
    delivery.state, delivery.reason, delivery.epoch = State.PARKED, reason, None
    delivery.settled_at = settlement.due_at
    delivery.save(update_fields=["state", "reason", "epoch", "settled_at"])
    outbox.let_go([delivery.pk] if delivery.queue_key else [])
    _close_attempt(delivery, settlement)


def _close_attempt(delivery: Delivery, settlement: Settlement) -> None:
    """An attempt still open when its delivery is decided ended without our knowing how."""
    Attempt.objects.filter(delivery=delivery, ended_at=None).update(
        ended_at=settlement.due_at, ending=Attempt.Ending.UNKNOWN, fault="decided meanwhile"
    )


def _report_double(delivery: Delivery, numbers: str) -> None:
    logger.error("Delivery %s is in Visma.net more than once: %s", delivery.pk, numbers)
    incidents.open_incident(
        "doubled_order",
        subject=f"delivery-{delivery.pk}",
        connection=delivery.lane.connection,
        detail=numbers,
    )
