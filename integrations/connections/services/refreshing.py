"""New access tokens: one refresh at a time, no refresh token spent twice.

The lease is a conditional UPDATE, the call runs with no transaction open, and its answer is stored
while the refresh token is still the one that was sent, whoever holds the lease by then.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from integrations.connections.models import Grant
from integrations.connections.models.applications import Kind
from integrations.connections.services import (
    client_secrets,
    incidents,
    scopes,
    standing,
    visma_clients,
    vni_tokens,
)
from integrations.connections.services.access import lack_of
from integrations.connections.services.findings import Finding
from integrations.connections.services.refresh_terms import terms_of
from integrations.keyring import ring
from integrations.keyring.tokens import digest
from integrations.visma import oauth
from integrations.visma.errors import BadAnswer, Outage, Refused, VismaError
from integrations.visma.oauth import Client, TokenAnswer

TRIES = 2
WAIT_STEP = 0.1  # seconds
# Beyond access.MARGIN, so that a lane never has to wait for its token.
BEFORE_LAPSE = timedelta(minutes=6)
LEASE_BEYOND_CALL = timedelta(seconds=5)
BACK_OFF = [timedelta(seconds=s) for s in (5, 15, 60, 300)]
AFTER_REFUSAL = timedelta(seconds=50)
# Refusals that end when somebody gives a role or an approval; the grant stays.
MENDED_AT_VISMA = {
    Kind.CONNECT: {"invalid_tenant": Finding.NO_ROLE},
    Kind.SERVICE: {
        "invalid_tenant": Finding.NOT_APPROVED,
        "invalid_request": Finding.NOT_APPROVED,
        "invalid_scope": Finding.SCOPE_OFF,
    },
}


def refresh(grant_id: str, *, now: datetime, waits: bool = False, early: bool = False) -> bool:
    """See to it that the grant has a usable access token; True when it has one.

    False: somebody else is at it, Visma is away, or the grant needs a person (its connections then
    say why). An outage never costs the grant. ``waits`` for whoever is at it already, no longer
    than one call may take. ``early`` counts a token that lapses soon as lapsed.
    """
    began = time.monotonic()
    for _ in range(TRIES):
        moment = now + timedelta(seconds=time.monotonic() - began)
        grant = Grant.objects.select_related("application", "tenant").filter(pk=grant_id).first()
        if grant is None:
            return False
        if not lack_of(grant, moment) and not (early and _lapses_soon(grant, moment)):
            return True
        if grant.kind == Kind.VNI:
            return _confirm(grant, moment)
        if grant.ended_at is not None or not _may_send(grant, moment):
            return False
        leased = _lease(grant, moment)
        if leased is None:
            return waits and _wait_for(grant, now, began)
        if not _ask(leased, moment):
            break
    return not lack_of(Grant.objects.get(pk=grant_id), now)


def _confirm(grant: Grant, now: datetime) -> bool:
    """VNI refreshes nothing: one read decides whether a token that met a 401 is dead."""
    backs_off = grant.refresh_due_at is not None and grant.refresh_due_at > now
    if grant.ended_at is not None or backs_off:
        return False
    rows = _as_sent(grant)
    try:
        alive = vni_tokens.is_alive(grant)
    except (VismaError, ring.Unreadable):
        rows.update(refresh_due_at=now + AFTER_REFUSAL)
        return False
    if not alive:
        end(grant, Finding.CONSENT_ENDED, now=now)
        return False
    # The same token under a new number: what met a 401 before is held against the old one.
    rows.update(token_number=F("token_number") + 1, refresh_due_at=None)
    return True


def _lapses_soon(grant: Grant, now: datetime) -> bool:
    return grant.access_expires_at is not None and grant.access_expires_at <= now + BEFORE_LAPSE


def _wait_for(grant: Grant, now: datetime, began: float) -> bool:
    """Wait until the other has stored its token, or has given up."""
    last = began + (call_timeout() + LEASE_BEYOND_CALL).total_seconds()
    while time.monotonic() < last:
        time.sleep(WAIT_STEP)
        grant.refresh_from_db()
        if not lack_of(grant, now):
            return True
        if not _held_by_another(grant, now + timedelta(seconds=time.monotonic() - began)):
            return False
    return False


def store(grant: Grant, answer: TokenAnswer, *, now: datetime) -> bool:
    """Keep what Visma gave us, if the refresh token is still the one that was sent."""
    changes: dict[str, Any] = {
        "sealed_access_token": grant.sealed("access_token", answer.access_token),
        "access_expires_at": expiry(answer, now),
        "token_number": F("token_number") + 1,
        "refresh_sent_at": None,
        "refresh_lease_until": None,
        "refresh_failures": 0,
        "refresh_due_at": None,
        "refreshed_at": now,
    }
    if answer.scopes:
        changes["scopes"] = " ".join(sorted(answer.scopes))
    if answer.refresh_token:
        changes["sealed_refresh_token"] = grant.sealed("refresh_token", answer.refresh_token)
        changes["refresh_token_digest"] = digest(answer.refresh_token)
    return bool(_as_sent(grant).update(**changes))


def expiry(answer: TokenAnswer, now: datetime) -> datetime | None:
    return None if answer.expires_in is None else now + timedelta(seconds=answer.expires_in)


def call_timeout() -> timedelta:
    timeout: timedelta = settings.VISMA_TOKEN_TIMEOUT
    return timeout


def _may_send(grant: Grant, now: datetime) -> bool:
    """Whether a refresh may go out; ends the grant when only a person can help."""
    if grant.refresh_due_at is not None and grant.refresh_due_at > now:
        return False
    if grant.kind == Kind.SERVICE:
        return True
    if grant.sealed_refresh_token is None:
        end(grant, Finding.CONSENT_ENDED, now=now)
        return False
    if _held_by_another(grant, now) or _may_repeat(grant, now):
        return True
    end(grant, Finding.REFRESH_LOST, now=now)
    return False


def _held_by_another(grant: Grant, now: datetime) -> bool:
    return grant.refresh_lease_until is not None and grant.refresh_lease_until > now


def _may_repeat(grant: Grant, now: datetime) -> bool:
    """Whether a one-time refresh token whose answer was lost may go out again.

    Within the grace Visma allows; without one only if a replay, which ends every grant of that
    Visma user and application, would end no other.
    """
    terms = terms_of(grant)
    if grant.refresh_sent_at is None or not terms.one_time:
        return True
    if terms.grace is not None:
        return now + call_timeout() <= grant.refresh_sent_at + terms.grace
    return not (
        Grant.objects.filter(
            application=grant.application, visma_user=grant.visma_user, ended_at=None
        )
        .exclude(pk=grant.pk)
        .exists()
    )


def _lease(grant: Grant, now: datetime) -> Grant | None:
    """Take the lease and write that the refresh token counts as sent."""
    taken = (
        Grant.objects.filter(
            Q(refresh_lease_until=None) | Q(refresh_lease_until__lte=now),
            pk=grant.pk,
            refresh_lease=grant.refresh_lease,
            refresh_token_digest=grant.refresh_token_digest,
            token_number=grant.token_number,
            ended_at=None,
        )
    ).update(
        refresh_lease_until=now + call_timeout() + LEASE_BEYOND_CALL,
        refresh_lease=F("refresh_lease") + 1,
        refresh_sent_at=Coalesce("refresh_sent_at", now),
    )
    if not taken:
        return None
    # What was there before the lease tells whether this is a repeat.
    grant.refresh_lease += 1
    return grant


def _ask(grant: Grant, now: datetime) -> bool:
    """Call Visma and settle what came back. True: worth another try at once."""
    first = grant.refresh_sent_at is None
    began = time.monotonic()
    try:
        answer = client_secrets.asked(
            grant.application, lambda client: _call(grant, client), kind=grant.kind, now=now
        )
    except Outage as outage:
        return _settle_outage(grant, outage, first=first, now=now)
    except BadAnswer:
        return _settle_outage(grant, Outage("not readable", sent=True), first=first, now=now)
    except Refused as refused:
        _settle_refusal(grant, refused, now=now)
        return False
    except (ring.Unreadable, visma_clients.NoSecret) as fault:
        _settle_outage(grant, Outage("own set-up", sent=False), first=first, now=now)
        _open_incident("secret_unreadable", grant, str(fault))
        return False
    store(grant, answer, now=now + timedelta(seconds=time.monotonic() - began))
    incidents.application_works(grant.application, now)
    return False


def _call(grant: Grant, client: Client) -> TokenAnswer:
    if grant.kind == Kind.SERVICE:
        return oauth.client_credentials(
            client, tenant_id=str(grant.visma_tenant_id), scopes=scopes.of_service(grant)
        )
    answer = oauth.refresh(client, grant.refresh_token(), grant.scopes.split())
    if answer.id_token is not None and grant.visma_user:
        oauth.verify_refreshed(
            client,
            answer.id_token,
            sub=grant.visma_user,
            access_token=answer.access_token,
            keys=visma_clients.signing_keys(),
        )
    return answer


def _settle_outage(grant: Grant, outage: Outage, *, first: bool, now: datetime) -> bool:
    """Keep the grant and wait; a refresh that spent nothing takes its ``sent_at`` back."""
    wait = BACK_OFF[min(grant.refresh_failures, len(BACK_OFF) - 1)]
    if outage.retry_after is not None:
        wait = max(wait, timedelta(seconds=min(outage.retry_after, 3600)))
    terms = terms_of(grant)
    again_at_once = outage.may_have_spent and terms.one_time and terms.grace is not None
    changes: dict[str, Any] = {
        "refresh_lease_until": None,
        "refresh_failures": F("refresh_failures") + 1,
        "refresh_due_at": None if again_at_once else now + wait,
    }
    if first and not outage.may_have_spent:
        changes["refresh_sent_at"] = None
    _as_leased(grant).update(**changes)
    return again_at_once


def _settle_refusal(grant: Grant, refused: Refused, *, now: datetime) -> None:
    if refused.error == "invalid_grant" and grant.kind == Kind.CONNECT:
        _believe_invalid_grant(grant, now=now)
        return
    _as_leased(grant).update(
        refresh_lease_until=None,
        refresh_sent_at=None,
        refresh_failures=F("refresh_failures") + 1,
        refresh_due_at=now + AFTER_REFUSAL,
    )
    finding = MENDED_AT_VISMA[Kind(grant.kind)].get(refused.error)
    if finding is None:
        _open_incident("application_refused", grant, refused.error)
    else:
        standing.break_all_under(grant, finding, now=now)


def _believe_invalid_grant(grant: Grant, *, now: datetime) -> None:
    """End the grant, unless somebody else has stored a newer token or is asking by now.

    Two who sent the same refresh token get one good answer and one refusal, in either order.
    """
    again = Grant.objects.filter(pk=grant.pk).values_list("refresh_lease", flat=True).first()
    if again != grant.refresh_lease:
        return
    lost = grant.refresh_sent_at is not None and terms_of(grant).one_time
    end(grant, Finding.REFRESH_LOST if lost else Finding.CONSENT_ENDED, now=now)


def end(grant: Grant, reason: Finding | str, *, now: datetime) -> bool:
    """End the grant as it was read, forget its tokens, and say so on its connections."""
    ended = _as_sent(grant).update(
        ended_at=now,
        ended_because=reason,
        sealed_refresh_token=None,
        refresh_token_digest="",
        sealed_access_token=None,
        refresh_lease_until=None,
    )
    if ended and isinstance(reason, Finding):
        standing.break_all_under(grant, reason, now=now)
    return bool(ended)


def _as_sent(grant: Grant) -> Any:
    """The row, while its refresh token (for a service: its access token) is the one we read."""
    rows = Grant.objects.filter(
        pk=grant.pk, refresh_token_digest=grant.refresh_token_digest, ended_at=None
    )
    if grant.refresh_token_digest == "":
        rows = rows.filter(token_number=grant.token_number)
    return rows


def _as_leased(grant: Grant) -> Any:
    return Grant.objects.filter(pk=grant.pk, refresh_lease=grant.refresh_lease)


def _open_incident(kind: str, grant: Grant, detail: str) -> None:
    application = grant.application
    incidents.open_incident(kind, subject=application.slug, application=application, detail=detail)
