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
    seals = {name: _sealed(value) for name, value in personal.items()}
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
                seals=seals,
                personal_digest=_seals_digest(seals),
                previous=chain.head,
            )
            event.digest = event_digest(event)
            if _move_head(chain, event):
                event.save(force_insert=True)
                return event


def verify(tenant: Tenant) -> int | None:
    """Return the number of the first event that doesn't fit its chain, None when all do.

    Erased personal fields fit. Events cut off at the end show as the first number missing. Events
    that are appended meanwhile do no harm.
    """
    length, head = _head(tenant)
    expected, last, reached = 1, "", ""
    for event in AuditEvent.objects.filter(tenant=tenant).order_by("number").iterator():
        if event.number != expected or event.previous != last or not holds(event):
            return expected
        expected, last = expected + 1, event.digest
        reached = last if event.number == length else reached
    seen = expected - 1
    if reached != head or seen < length or (seen > length and seen > _head(tenant)[0]):
        return expected
    return None


def holds(event: AuditEvent) -> bool:
    """Whether an event is what its own digest says. Its place in the chain is another matter."""
    return _personal_holds(event) and event.digest == event_digest(event)


def event_digest(event: AuditEvent) -> str:
    """Cover the event and, through ``previous``, all before it."""
    return _digest(covered(event))


def covered(event: AuditEvent) -> dict[str, Any]:
    """What an event's digest is made of."""
    return {
        "tenant": event.tenant_id,
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "verb": event.verb,
        "facts": event.facts,
        "personal_digest": event.personal_digest,
        "previous": event.previous,
    }


def _head(tenant: Tenant) -> tuple[int, str]:
    chain = AuditChain.objects.filter(tenant=tenant).first()
    return (chain.length, chain.head) if chain else (0, "")


def _move_head(chain: AuditChain, event: AuditEvent) -> bool:
    """False when another event was appended since the head was read."""
    moved = AuditChain.objects.filter(pk=chain.pk, length=chain.length, head=chain.head).update(
        length=F("length") + 1, head=event.digest
    )
    return bool(moved)


def _personal_holds(event: AuditEvent) -> bool:
    if event.salt:
        whole = _digest({"salt": event.salt, "personal": event.personal})
        return not event.personal or event.personal_digest == whole
    if event.personal_digest != _seals_digest(event.seals):
        return False
    return all(_is_sealed(value, event.seals.get(name)) for name, value in event.personal.items())


def _is_sealed(value: Any, seal: dict[str, str] | None) -> bool:
    return seal is not None and seal["digest"] == _seal_digest(seal.get("salt", ""), value)


def _sealed(value: Any) -> dict[str, str]:
    salt = secrets.token_hex(16)
    return {"salt": salt, "digest": _seal_digest(salt, value)}


def _seal_digest(salt: str, value: Any) -> str:
    return _digest({"salt": salt, "value": value})


def _seals_digest(seals: dict[str, dict[str, str]]) -> str:
    return _digest({name: seal["digest"] for name, seal in seals.items()})


def _plain(members: dict[str, Any]) -> dict[str, Any]:
    """As the members will be read back from the database."""
    plain: dict[str, Any] = json.loads(json.dumps(members, cls=DjangoJSONEncoder))
    return plain


def _digest(members: dict[str, Any]) -> str:
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
