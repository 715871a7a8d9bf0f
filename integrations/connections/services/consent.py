"""One tab's way to Visma and back: begun by a press, ended once, by the browser that began it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from integrations.connections.models import Invitation, PendingConsent
from integrations.connections.models.applications import Kind
from integrations.connections.services import (
    addresses,
    invitations,
    redemption,
    scopes,
    visma_clients,
    wording,
)
from integrations.connections.services.findings import Finding
from integrations.keyring import ring
from integrations.keyring.tokens import digest
from integrations.visma import oauth, vni

Params = Mapping[str, list[str]]
# A second arrival of the same answer (a reload, a double press) still shows what came of it.
ARRIVES_AGAIN = timedelta(seconds=60)
LARGEST_POST = 16 * 1024
UI_LOCALES = {
    "en": "en-GB",
    "nb": "nb-NO",
    "sv": "sv-SE",
    "da": "da-DK",
    "fi": "fi-FI",
    "nl": "nl-NL",
}


class Answered(dict[str, list[str]]):
    """The parameters of an answer. Its repr names them and holds no code and no state."""

    def __repr__(self) -> str:
        return f"<answer with {', '.join(sorted(self))[:80]}>"


class ConsentRefused(Exception):
    """What came back can't be tied to a consent of this browser. Nothing was changed."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


def begin(
    invitation: Invitation,
    *,
    browser: str,
    language: str,
    prompt: str = "",
    declared_user: str = "",
    address: str = "",
    now: datetime,
) -> str:
    """Remember the way back and return where to send the browser.

    ``declared_user`` is the address of the Visma user who is going to sign in, if it was told;
    ``address`` is the browser's, for the consent ledger.

    Raises invitations.NotOpen, visma_clients.NoSecret and ring.Unreadable.
    """
    invitations.check_open(invitation, now=now)
    application = invitation.integration.application
    client = visma_clients.client_for(application)
    state = oauth.new_state()
    asked = scopes.asked(invitation)
    consent = PendingConsent(
        invitation=invitation,
        state_digest=digest(state),
        browser_digest=digest(browser),
        redirect_uri=addresses.redirect_uri(application.kind),
        issuer=client.endpoints.issuer,
        text=wording.consent_text(invitation.integration, invitation.tenant, asked),
        language=language,
        declared_user=declared_user,
        asked_from=address or None,
        expires_at=now + settings.PENDING_CONSENT_LIFE,
    )
    if application.kind == Kind.VNI:
        consent.save()
        return vni.authorization_url(client, redirect_uri=consent.redirect_uri, state=state)
    verifier, consent.nonce = oauth.new_verifier(), oauth.new_state()
    consent.seal_verifier(verifier)
    consent.save()
    return oauth.authorization_url(
        client,
        redirect_uri=consent.redirect_uri,
        scopes=asked,
        state=state,
        verifier=verifier,
        nonce=consent.nonce,
        ui_locales=UI_LOCALES.get(language, ""),
        tenant_hint=_tenant_hint(invitation),
        prompt=prompt,
    )


def finish(params: Params, *, kind: Kind, browser: str, now: datetime) -> PendingConsent:
    """Take Visma's answer from the address line. Raises ConsentRefused.

    State and browser come before anything; the consent returned says what came of it.
    """
    consent = _pending(params, kind)
    _check_browser(consent, browser)
    return _take(consent, params, now=now)


def keep_post(params: Params, *, kind: Kind, now: datetime) -> PendingConsent:
    """Keep an answer that came by POST, where the browser's cookie doesn't come along, for the
    one GET that follows. Raises ConsentRefused."""
    consent = _pending(params, kind)
    sealed = consent.sealed_for_answer(json.dumps({name: list(params[name]) for name in params}))
    kept = PendingConsent.objects.filter(
        pk=consent.pk, consumed_at=None, sealed_answer=None, expires_at__gt=now
    ).update(sealed_answer=sealed)
    if not kept:
        raise ConsentRefused(Finding.TOO_LATE if consent.expires_at <= now else Finding.STATE_USED)
    return consent


def finish_posted(consent_id: UUID, *, browser: str, now: datetime) -> PendingConsent:
    """Take an answer that was kept, in the browser that began. Raises ConsentRefused."""
    consent = _consents().filter(pk=consent_id).first()
    if consent is None:
        raise ConsentRefused(Finding.STATE_UNKNOWN)
    _check_browser(consent, browser)
    if consent.sealed_answer is None and consent.consumed_at is None:
        raise ConsentRefused(Finding.STATE_UNKNOWN)
    return _take(consent, _kept(consent), now=now)


def _kept(consent: PendingConsent) -> Answered:
    if consent.sealed_answer is None:
        return Answered()
    try:
        return Answered(json.loads(consent.answer()))
    except ring.Unreadable as fault:
        raise ConsentRefused(Finding.OUR_FAULT) from fault


def of_browser(consent_id: UUID, *, browser: str) -> PendingConsent | None:
    """The consent, for the browser that began it only."""
    consent = _consents().filter(pk=consent_id).first()
    if consent is None or not is_begun_by(consent, browser):
        return None
    return consent


def is_begun_by(consent: PendingConsent, browser: str) -> bool:
    return bool(browser) and hmac.compare_digest(consent.browser_digest, digest(browser))


def never_came_back(invitation: Invitation, *, browser: str) -> PendingConsent | None:
    """The browser's last consent, if Visma's answer to it never arrived and nobody said why."""
    if not browser:
        return None
    last = (
        PendingConsent.objects.filter(invitation=invitation, browser_digest=digest(browser))
        .order_by("-created_at")
        .first()
    )
    if last is None or last.consumed_at is not None or last.finding:
        return None
    return last


def unfinished(invitation: Invitation, *, browser: str, now: datetime) -> PendingConsent | None:
    """A sign-in of this browser at VNI whose companies wait to be confirmed."""
    if not browser:
        return None
    return (
        PendingConsent.objects.filter(
            invitation=invitation,
            browser_digest=digest(browser),
            outcome=PendingConsent.Outcome.CHOOSING,
            grant__ended_at=None,
            grant__kept_until__gt=now,
        )
        .order_by("-created_at")
        .first()
    )


def note_stop(invitation: Invitation, finding: Finding, *, browser: str) -> None:
    """Keep what the person says of a consent that never came back. Its answer may still come."""
    lost = never_came_back(invitation, browser=browser)
    if lost is not None:
        PendingConsent.objects.filter(pk=lost.pk, consumed_at=None).update(finding=finding)
    invitations.note_outcome(invitation, finding)


def _pending(params: Params, kind: Kind) -> PendingConsent:
    """The consent of a state that came exactly once, at its kind's own path."""
    states = params.get("state", [])
    if len(states) != 1:
        raise ConsentRefused(Finding.STATE_UNKNOWN)
    consent = _consents().filter(state_digest=digest(states[0])).first()
    if consent is None or consent.invitation.integration.application.kind != kind:
        raise ConsentRefused(Finding.STATE_UNKNOWN)
    return consent


def _check_browser(consent: PendingConsent, browser: str) -> None:
    if not is_begun_by(consent, browser):
        raise ConsentRefused(Finding.OTHER_BROWSER)


def _take(consent: PendingConsent, params: Params, *, now: datetime) -> PendingConsent:
    taken = PendingConsent.objects.filter(
        pk=consent.pk, consumed_at=None, expires_at__gt=now
    ).update(consumed_at=now, sealed_answer=None, finding="")
    if taken:
        redemption.complete(consent, params, now=now)
        consent.refresh_from_db()
        return consent
    consent.refresh_from_db()
    if consent.consumed_at is None:
        raise ConsentRefused(Finding.TOO_LATE)
    if now - consent.consumed_at > ARRIVES_AGAIN:
        raise ConsentRefused(Finding.STATE_USED)
    return consent


def _consents() -> QuerySet[PendingConsent]:
    return PendingConsent.objects.select_related(
        "invitation__tenant",
        "invitation__integration__application",
        "invitation__reconnects__company",
        "grant",
        "connection__company",
    )


def _tenant_hint(invitation: Invitation) -> str:
    if invitation.reconnects is not None:
        return str(invitation.reconnects.company.visma_tenant_id or "")
    return str(invitation.expected_visma_tenant_id or "")
