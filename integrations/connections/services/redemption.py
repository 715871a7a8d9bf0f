"""What an answer from Visma is worth: the code redeemed once, the grant kept, the company told."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from integrations.connections.models import Grant, PendingConsent
from integrations.connections.models.applications import Kind
from integrations.connections.services import (
    choosing,
    client_secrets,
    companies,
    incidents,
    invitations,
    refresh_terms,
    refreshing,
    scopes,
    visma_clients,
    vni_tokens,
)
from integrations.connections.services.findings import Finding
from integrations.keyring import ring
from integrations.keyring.tokens import digest
from integrations.visma import oauth, vni
from integrations.visma.bodies import clean
from integrations.visma.errors import (
    BadCallback,
    BadIdToken,
    Outage,
    Refused,
    VismaError,
)
from integrations.visma.oauth import Client, IdToken, TokenAnswer

logger = logging.getLogger(__name__)
CALLBACK_ERRORS = {
    "access_denied": Finding.DENIED,
    "consent_required": Finding.DENIED,
    "invalid_tenant": Finding.NO_ROLE,
    "server_error": Finding.VISMA_DOWN,
    "temporarily_unavailable": Finding.VISMA_DOWN,
    "invalid_scope": Finding.OUR_FAULT,
    "unauthorized_client": Finding.OUR_FAULT,
    "invalid_request": Finding.OUR_FAULT,
    "unsupported_response_type": Finding.OUR_FAULT,
}
TOKEN_ERRORS = {
    "invalid_tenant": Finding.NO_ROLE,
    "invalid_client": Finding.OUR_FAULT,
    "unauthorized_client": Finding.OUR_FAULT,
    "invalid_request": Finding.OUR_FAULT,
    "invalid_scope": Finding.OUR_FAULT,
    "unsupported_grant_type": Finding.OUR_FAULT,
}
# What no browser can bring about: the application itself is refused, and its orders wait.
REFUSED_AT_ALL = {"invalid_client", "unauthorized_client"}
SIGN_IN_REFUSED = "sign_in_refused"
NOBODY = IdToken(sub="", email="", email_verified=False, name="", claims={})


class _Failed(Exception):
    """The consent ends here, for this reason."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


class _Paused(_Failed):
    """The consent stops here, and its grant is kept for the person to decide."""


def complete(consent: PendingConsent, params: Mapping[str, list[str]], *, now: datetime) -> None:
    """Carry a consent that has just been consumed to its outcome; it never stays open."""
    try:
        _complete(consent, params, now=now)
    except _Paused as paused:
        choosing.stop(consent, paused.finding)
    except _Failed as failed:
        choosing.give_up(consent, failed.finding, now=now)
    except Exception:
        # Whatever broke, the person gets a page with a way on; what it was stands in the log.
        logger.exception("Consent %s broke", consent.pk)
        choosing.give_up(consent, Finding.OUR_FAULT, now=now)


def go_on(consent: PendingConsent, *, now: datetime) -> None:
    """The person says that the Visma user who signed in is the right one after all."""
    grant = consent.grant
    if grant is None or not choosing.accept_user(consent, grant, now=now):
        return
    try:
        _list(consent, grant.access_token(), now=now)
    except (_Failed, ring.Unreadable) as fault:
        finding = fault.finding if isinstance(fault, _Failed) else Finding.OUR_FAULT
        choosing.give_up(consent, finding, now=now)


def _complete(consent: PendingConsent, params: Mapping[str, list[str]], *, now: datetime) -> None:
    code = _code(consent, params)
    application = consent.invitation.integration.application
    redeem = _at_vni if application.kind == Kind.VNI else _at_connect
    try:
        token = redeem(consent, visma_clients.client_for(application), code, now)
    except (visma_clients.NoSecret, ring.Unreadable) as fault:
        _tell_staff(consent, "secret_unreadable", str(fault))
        raise _Failed(Finding.OUR_FAULT) from fault
    _list(consent, token, now=now)


def _list(consent: PendingConsent, token: str, *, now: datetime) -> None:
    """Which companies the grant reaches, for the person to choose from."""
    application = consent.invitation.integration.application
    tenant_id = consent.grant.visma_tenant_id if consent.grant is not None else None
    try:
        found = companies.candidates(application, token, tenant_id, now=now)
    except companies.NoCompany as none:
        raise _Failed(none.finding) from none
    incidents.clear(SIGN_IN_REFUSED, subject=application.slug, now=now)
    choosing.offer(consent, found, now=now)


def _at_connect(consent: PendingConsent, client: Client, code: str, now: datetime) -> str:
    """Redeem at Visma Connect and keep the grant; the access token."""
    answer, person = _redeem(consent, client, code, now=now)
    if answer.refresh_token is None:
        logger.warning("Consent %s: no refresh token came", consent.pk)
        raise _Failed(Finding.SHORT_ACCESS)
    grant = _keep_grant(consent, answer, person, now=now)
    if grant.visma_user and not grant.visma_user_email:
        _learn_address(consent, grant, client, answer)
    return answer.access_token


def _at_vni(consent: PendingConsent, client: Client, code: str, now: datetime) -> str:
    """Redeem at VNI and keep the grant apart; the token. From here on the older one is dead."""
    try:
        with _refusing(consent):
            answer = client_secrets.asked(
                consent.invitation.integration.application,
                lambda each: vni.redeem(each, code=code, redirect_uri=consent.redirect_uri),
                now=now,
            )
            grant = vni_tokens.keep_apart(consent, answer, now=now)
            user = vni.user_details(client, answer.access_token)
    except _Failed:
        vni_tokens.look_at_suspects(consent, now=now)
        raise
    vni_tokens.learn_user(consent, grant, user, now=now)
    declared = consent.declared_user.casefold()
    if declared and declared != grant.visma_user:
        raise _Paused(Finding.OTHER_USER)
    return answer.access_token


def _code(consent: PendingConsent, params: Mapping[str, list[str]]) -> str:
    """The code of an answer that can be trusted and says yes."""
    invitation, kind = consent.invitation, consent.invitation.integration.application.kind
    try:
        # A link may run out while its reader is at Visma; withdrawn or used is another thing.
        invitation.refresh_from_db()
        invitations.check_open(invitation, now=consent.created_at)
    except invitations.NotOpen as closed:
        raise _Failed(closed.finding) from closed
    try:
        callback = oauth.read_callback(
            params, issuer=_issuer(consent), iss_required=visma_clients.names_itself(kind)
        )
    except BadCallback as bad:
        logger.warning("Consent %s: the callback is refused (%s)", consent.pk, bad.reason)
        raise _Failed(Finding.ANSWER_REFUSED) from bad
    if callback.error is not None or callback.code is None:
        finding = CALLBACK_ERRORS.get(callback.error or "", Finding.TOKEN_REFUSED)
        if finding is Finding.OUR_FAULT:
            _tell_of_sign_in(consent, callback.error or "")
        raise _Failed(finding)
    return callback.code


def _issuer(consent: PendingConsent) -> str:
    """Whom the browser was sent to, if that is still whom the code would go to."""
    kind = consent.invitation.integration.application.kind
    if consent.issuer != visma_clients.endpoints(kind).issuer:
        raise BadCallback("issuer_wrong")
    return consent.issuer


def _redeem(
    consent: PendingConsent, client: Client, code: str, *, now: datetime
) -> tuple[TokenAnswer, IdToken]:
    with _refusing(consent):
        answer = client_secrets.asked(
            consent.invitation.integration.application,
            lambda each: oauth.redeem(
                each,
                code=code,
                redirect_uri=consent.redirect_uri,
                verifier=consent.verifier(),
                scopes=scopes.asked(consent.invitation),
            ),
            now=now,
        )
        return answer, _person(consent, client, answer, now=now)


@contextmanager
def _refusing(consent: PendingConsent) -> Iterator[None]:
    """What Visma's refusals and silences mean for the consent."""
    try:
        yield
    except Outage as outage:
        raise _Failed(Finding.VISMA_DOWN) from outage
    except Refused as refused:
        finding = TOKEN_ERRORS.get(refused.error, Finding.TOKEN_REFUSED)
        if refused.error in REFUSED_AT_ALL:
            _tell_staff(consent, "application_refused", refused.error)
        elif finding is Finding.OUR_FAULT:
            _tell_of_sign_in(consent, refused.error)
        raise _Failed(finding) from refused
    except BadIdToken as bad:
        logger.warning("Consent %s: the ID token is refused (%s)", consent.pk, bad.reason)
        raise _Failed(Finding.ANSWER_REFUSED) from bad
    except VismaError as bad:
        logger.warning("Consent %s: the token answer is refused (%s)", consent.pk, bad)
        raise _Failed(Finding.VISMA_DOWN) from bad


def _person(
    consent: PendingConsent, client: Client, answer: TokenAnswer, *, now: datetime
) -> IdToken:
    """Who signed in. An application set to OpenID gets no pass without an ID token."""
    if not consent.invitation.integration.application.uses_openid:
        return NOBODY
    if answer.id_token is None:
        raise BadIdToken("missing")
    return oauth.verify_id_token(
        client,
        answer.id_token,
        nonce=consent.nonce,
        access_token=answer.access_token,
        keys=visma_clients.signing_keys(),
        now=now,
    )


def _learn_address(
    consent: PendingConsent, grant: Grant, client: Client, answer: TokenAnswer
) -> None:
    """The address from userinfo, where the ID token doesn't carry it; only of the same person."""
    try:
        claims = oauth.userinfo(client, answer.access_token)
    except VismaError:
        return
    if claims.get("sub") != grant.visma_user:
        logger.warning("Consent %s: userinfo is about somebody else", consent.pk)
        grant.delete()
        consent.grant = None
        raise _Failed(Finding.ANSWER_REFUSED)
    email = claims.get("email")
    if isinstance(email, str):
        grant.visma_user_email = clean(email, 254)
        grant.visma_user_email_verified = claims.get("email_verified") in (True, "true")
        grant.save(update_fields=["visma_user_email", "visma_user_email_verified"])


def _keep_grant(
    consent: PendingConsent, answer: TokenAnswer, person: IdToken, *, now: datetime
) -> Grant:
    """Committed before its access token is first used for anything in the ERP."""
    invitation = consent.invitation
    grant = Grant(
        tenant=invitation.tenant,
        application=invitation.integration.application,
        kind=Kind.CONNECT,
        visma_tenant_id=_uuid(oauth.tenant_of(answer.access_token)),
        visma_user=person.sub,
        visma_user_email=person.email,
        visma_user_email_verified=person.email_verified,
        scopes=" ".join(sorted(answer.scopes)),
        access_expires_at=refreshing.expiry(answer, now),
        token_number=1,
        **refresh_terms.at_consent(invitation.integration.application, now=now),
    )
    grant.sealed_access_token = grant.sealed("access_token", answer.access_token)
    if answer.refresh_token:
        grant.sealed_refresh_token = grant.sealed("refresh_token", answer.refresh_token)
        grant.refresh_token_digest = digest(answer.refresh_token)
    with transaction.atomic():
        grant.save(force_insert=True)
        PendingConsent.objects.filter(pk=consent.pk).update(grant=grant)
    consent.grant = grant
    return grant


def _tell_staff(consent: PendingConsent, kind: str, detail: str) -> None:
    application = consent.invitation.integration.application
    incidents.open_incident(kind, subject=application.slug, application=application, detail=detail)


def _tell_of_sign_in(consent: PendingConsent, error: str) -> None:
    """Tell staff, and hold no order: whoever has a link can write such an answer himself."""
    subject = consent.invitation.integration.application.slug
    incidents.open_incident(SIGN_IN_REFUSED, subject=subject, detail=error)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
