"""What people and we did to an application: a chain of events of its own."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction

from integrations.connections.models import Application, ApplicationEvent
from integrations.tenants.models import User

TRIES = 5


def record(
    application: Application,
    verb: str,
    *,
    by: User | None = None,
    now: datetime,
    **facts: str | int | bool | None,
) -> ApplicationEvent:
    """Append one event, in the caller's transaction or in one of its own. Facts hold no secret."""
    for left in reversed(range(TRIES)):
        event = _following(application, verb, by, now, facts)
        try:
            with transaction.atomic():
                event.save(force_insert=True)
        except IntegrityError:
            if not left:
                raise
        else:
            return event
    raise AssertionError  # The last try raises.


def verify(application: Application) -> int | None:
    """Return the number of the first event that doesn't fit the chain, None when all do."""
    expected, head = 1, ""
    for event in application.events.order_by("number").iterator():
        fits = (event.number, event.previous) == (expected, head)
        if not fits or event.digest != _digest(event):
            return expected
        expected, head = expected + 1, event.digest
    return None


def _following(
    application: Application, verb: str, by: User | None, now: datetime, facts: dict[str, Any]
) -> ApplicationEvent:
    last = application.events.order_by("-number").first()
    event = ApplicationEvent(
        application=application,
        number=last.number + 1 if last else 1,
        at=now,
        verb=verb,
        facts={**facts, "by": by.pk} if by else facts,
        by=by,
        previous=last.digest if last else "",
    )
    event.digest = _digest(event)
    return event


def _digest(event: ApplicationEvent) -> str:
    """Cover the event and, through ``previous``, all before it."""
    members = {
        "application": event.application_id,
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "verb": event.verb,
        "facts": event.facts,
        "previous": event.previous,
    }
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
