"""An application's client secrets: several alive, each tried, one for another when one is refused.

A refused secret proves nobody, so a refresh token or a code that travelled with it is not spent
(RFC 6749, 3.2.1: the client is authenticated first). That is why the next secret may be tried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from time import monotonic
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from integrations.connections.models import Application, ApplicationSecret
from integrations.connections.services import (
    addresses,
    application_events,
    incidents,
    notices,
    secret_trials,
    visma_clients,
)
from integrations.connections.services.secret_trials import Verdict
from integrations.keyring import ring
from integrations.tenants.models import User
from integrations.visma.errors import Refused
from integrations.visma.oauth import Client

T = TypeVar("T")
# With less time than this nothing is begun any more, in seconds.
LEAST = 1.0
NOT_THE_SECRET = "invalid_client"  # noqa: S105 - the code of an error


class AlreadyKept(Exception):
    """The application has this very secret already."""


class NoOtherWorks(Exception):
    """No other secret of the application was taken by Visma just now."""


class Forgotten(Exception):
    """The value is not here any more, or the secret is still in use."""


def add(
    application: Application,
    value: str,
    *,
    expires_on: date | None = None,
    by: User | None = None,
    now: datetime,
) -> ApplicationSecret:
    """Keep a secret, sealed; it comes after those that were tried. Raises AlreadyKept."""
    if any(_is(secret, value) for secret in application.secrets.filter(retired_at=None)):
        raise AlreadyKept
    secret = ApplicationSecret(application=application, expires_on=expires_on)
    secret.seal(value)
    with transaction.atomic():
        secret.save()
        application_events.record(
            application, "secret.added", by=by, now=now, secret=str(secret.pk)
        )
    return secret


def attempt(secret: ApplicationSecret, *, by: User | None = None, now: datetime) -> Verdict:
    """Prove the application to Visma with this secret, and keep what Visma said."""
    verdict = secret_trials.verdict_on(secret)
    if verdict is Verdict.ACCEPTED:
        _note_accepted(secret, by=by, now=now)
        incidents.application_works(secret.application, now)
    elif verdict is Verdict.REFUSED:
        _note_refused(secret, by=by, now=now)
    return verdict


def retire(secret: ApplicationSecret, *, by: User | None = None, now: datetime) -> None:
    """Use a secret no more. Another one is tried first. Raises NoOtherWorks."""
    application = secret.application
    others = application.secrets.in_use().exclude(pk=secret.pk)
    if not any(attempt(other, by=by, now=now) is Verdict.ACCEPTED for other in others):
        raise NoOtherWorks
    with transaction.atomic():
        living = list(application.secrets.select_for_update().filter(retired_at=None))
        if not any(row.accepted_at for row in living if row.pk != secret.pk):
            raise NoOtherWorks
        application.secrets.filter(pk=secret.pk, retired_at=None).update(retired_at=now)
        application_events.record(
            application, "secret.retired", by=by, now=now, secret=str(secret.pk)
        )


def reveal(secret: ApplicationSecret, *, by: User, now: datetime) -> str:
    """Return a retired secret's value this once, for the form at Visma that deletes it.

    It is forgotten before it is returned. Raises Forgotten, ring.Unreadable.
    """
    value = secret.value() if secret.forgotten_at is None else ""
    _forget(secret, "secret.shown", by=by, now=now)
    return value


def forget(secret: ApplicationSecret, *, by: User, now: datetime) -> None:
    """Forget a retired secret that nobody needs to see. Raises Forgotten."""
    _forget(secret, "secret.forgotten", by=by, now=now)


def asked(
    application: Application, call: Callable[[Client], T], *, kind: str = "", now: datetime
) -> T:
    """Make a call that proves the application, with another of its secrets when one is refused.

    All tries together take no longer than one may. Raises what the call raises, NoSecret, and
    ring.Unreadable when no secret opens.
    """
    began, refused = monotonic(), list[ApplicationSecret]()
    last: Exception = visma_clients.NoSecret(f"{application} has no client secret")
    for secret in application.secrets.in_use():
        try:
            client = visma_clients.client_for(application, kind, secret=secret)
            answer = call(_within(client, began))
        except ring.Unreadable as unreadable:
            last = last if refused else unreadable
        except Refused as refusal:
            if refusal.error != NOT_THE_SECRET:
                _note_fall_over(refused, secret, now)
                raise
            refused.append(secret)
            last = refusal
            if client.transport.timeout - (monotonic() - began) < LEAST:
                break
        else:
            _note_fall_over(refused, secret, now)
            return answer
    raise last


def _within(client: Client, began: float) -> Client:
    left = client.transport.timeout - (monotonic() - began)
    return replace(client, transport=replace(client.transport, timeout=max(left, LEAST)))


def _note_fall_over(
    refused: list[ApplicationSecret], used: ApplicationSecret, now: datetime
) -> None:
    """Write down which secrets Visma refuses while it takes another; staff hear of it once."""
    for secret in refused:
        if secret.refused_at is None and _note_refused(secret, by=None, now=now):
            application_events.record(
                used.application,
                "secret.fell_over",
                now=now,
                secret=str(secret.pk),
                used=str(used.pk),
            )
            notices.remind_staff(
                _("Visma refuses a secret of %(application)s") % {"application": used.application},
                _("Another one works in its place, so no order waits. Look which one has ended."),
                addresses.application_page(used.application),
            )


def _note_accepted(secret: ApplicationSecret, *, by: User | None, now: datetime) -> None:
    before = secret.accepted_at
    secret.accepted_at, secret.refused_at = now, None
    secret.save(update_fields=["accepted_at", "refused_at"])
    if before is None:
        _record(secret, "secret.accepted", by=by, now=now)


def _note_refused(secret: ApplicationSecret, *, by: User | None, now: datetime) -> bool:
    """True for whoever wrote it down first."""
    rows = ApplicationSecret.objects.filter(pk=secret.pk, refused_at=None)
    is_news = bool(rows.update(refused_at=now, accepted_at=None))
    secret.accepted_at, secret.refused_at = None, secret.refused_at or now
    if is_news:
        _record(secret, "secret.refused", by=by, now=now)
    return is_news


def _forget(secret: ApplicationSecret, verb: str, *, by: User, now: datetime) -> None:
    rows = ApplicationSecret.objects.filter(
        pk=secret.pk, retired_at__isnull=False, forgotten_at=None
    )
    with transaction.atomic():
        if not rows.update(sealed_value=None, forgotten_at=now):
            raise Forgotten
        _record(secret, verb, by=by, now=now)


def _record(secret: ApplicationSecret, verb: str, *, by: User | None, now: datetime) -> None:
    application_events.record(secret.application, verb, by=by, now=now, secret=str(secret.pk))


def _is(secret: ApplicationSecret, value: str) -> bool:
    try:
        return secret.value() == value
    except ring.Unreadable:
        return False
