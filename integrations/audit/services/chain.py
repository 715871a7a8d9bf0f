"""Appends to a tenant's hash chain, and says whether it still holds."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F

from integrations.audit.models import AuditChain, AuditEvent
from integrations.tenants.models import Tenant


def record(
    tenant: Tenant,
    verb: str,
    *,
    facts: dict[str, Any],
    personal: dict[str, Any] | None = None,
    now: datetime,
) -> AuditEvent:
    """Append one event, in the caller's transaction or in one of its own.

    ``facts`` must hold no name, address or secret: they can't be erased. What can be erased goes
    into ``personal``.
    """
    facts, personal = _plain(facts), _plain(personal or {})
    salt = secrets.token_hex(16)
    with transaction.atomic():
        AuditChain.objects.get_or_create(tenant=tenant)
        while True:
            chain = AuditChain.objects.get(tenant=tenant)
            event = AuditEvent(
                tenant=tenant,
                number=chain.length + 1,
                at=now,
                verb=verb,
                facts=facts,
                personal=personal,
                salt=salt,
                personal_digest=_digest({"salt": salt, "personal": personal}),
                previous=chain.head,
            )
            event.digest = event_digest(event)
            if _move_head(chain, event):
                event.save(force_insert=True)
                return event


def verify(tenant: Tenant) -> int | None:
    """Return the number of the first event that doesn't fit its chain, None when all do.

    Erased personal fields fit. Events cut off at the end show as the first number missing.
    """
    expected, head = 1, ""
    for event in AuditEvent.objects.filter(tenant=tenant).order_by("number").iterator():
        if event.number != expected or event.previous != head or not _holds(event):
            return expected
        expected, head = expected + 1, event.digest
    chain = AuditChain.objects.filter(tenant=tenant).first()
    said = (chain.length, chain.head) if chain else (0, "")
    return None if said == (expected - 1, head) else expected


def event_digest(event: AuditEvent) -> str:
    """Cover the event and, through ``previous``, all before it."""
    return _digest(
        {
            "tenant": event.tenant_id,
            "number": event.number,
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "verb": event.verb,
            "facts": event.facts,
            "personal_digest": event.personal_digest,
            "previous": event.previous,
        }
    )


def _move_head(chain: AuditChain, event: AuditEvent) -> bool:
    """False when another event was appended since the head was read."""
    moved = AuditChain.objects.filter(pk=chain.pk, length=chain.length, head=chain.head).update(
        length=F("length") + 1, head=event.digest
    )
    return bool(moved)


def _holds(event: AuditEvent) -> bool:
    if event.personal and event.personal_digest != _digest(
        {"salt": event.salt, "personal": event.personal}
    ):
        return False
    return event.digest == event_digest(event)


def _plain(members: dict[str, Any]) -> dict[str, Any]:
    """As the members will be read back from the database."""
    plain: dict[str, Any] = json.loads(json.dumps(members, cls=DjangoJSONEncoder))
    return plain


def _digest(members: dict[str, Any]) -> str:
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
