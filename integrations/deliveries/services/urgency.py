"""How soon an order goes out: by the words people and machines use, and changed while it waits."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from integrations.audit.services import record
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.actors import By, facts_of, personal_of
from integrations.deliveries.services.decisions import NotPossible

State = Delivery.State
Priority = Delivery.Priority
WORDS: dict[str, Priority] = {one.name.lower(): one for one in Priority}


def word_of(priority: int) -> str:
    return Priority(priority).name.lower()


@transaction.atomic
def change(delivery: Delivery, priority: Priority, *, by: By, now: datetime) -> Delivery:
    """Let an order go out sooner or later than others of its company; it counts until it is there.

    Raises NotPossible for one that is delivered or cancelled. The same again changes nothing.
    """
    rows = Delivery.objects.select_for_update(of=("self",)).select_related(
        "lane__connection__company__tenant", "order"
    )
    row = rows.get(pk=delivery.pk)
    if row.state in (State.DELIVERED, State.CANCELLED):
        raise NotPossible(f"priority_{row.state}")
    if row.priority != priority:
        facts = {
            "delivery": row.pk,
            "reference": row.order.reference,
            "from": word_of(row.priority),
            "to": word_of(priority),
            **facts_of(by),
        }
        Delivery.objects.filter(pk=row.pk).update(priority=priority)
        row.priority = priority
        tenant = row.lane.connection.company.tenant
        record(tenant, "delivery.prioritized", facts=facts, personal=personal_of(by), now=now)
    return row
