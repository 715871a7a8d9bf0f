"""Takes personal fields out of a chain that goes on holding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from integrations.audit.models import AuditEvent
from integrations.tenants.models import Tenant

BATCH = 500


def forget_field(name: str, *, before: datetime) -> int:
    """Erase one field of the consent ledger's events from before then; how many had it."""
    old = AuditEvent.objects.of_ledger().filter(at__lt=before, personal__has_key=name)
    forgotten = 0
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        forgotten += _forget(keys, [name])
    return forgotten


def forget_person(tenant: Tenant, field: str, value: str) -> int:
    """Erase all personal fields of the tenant's events that name this person; how many did."""
    found = AuditEvent.objects.filter(tenant=tenant, **{f"personal__{field}": value})
    return _forget(list(found.values_list("pk", flat=True)), None)


@transaction.atomic
def _forget(keys: list[int], names: Iterable[str] | None) -> int:
    """A digest whose salt is gone tells nothing of what it was made of, and still anchors."""
    events = list(AuditEvent.objects.select_for_update().filter(pk__in=keys))
    for event in events:
        gone = set(event.personal if names is None or event.salt else names)
        event.personal = {key: value for key, value in event.personal.items() if key not in gone}
        event.seals = {
            key: {"digest": seal["digest"]} if key in gone else seal
            for key, seal in event.seals.items()
        }
        event.save(update_fields=["personal", "seals"])
    return len(events)
