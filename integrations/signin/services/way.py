"""To Visma and back: who somebody is there, proven, and by the browser that began."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from integrations.connections.models import Application
from integrations.connections.models.applications import Kind
from integrations.connections.services import client_secrets, visma_clients
from integrations.connections.services.consent import UI_LOCALES
from integrations.keyring import ring
from integrations.keyring.tokens import digest
from integrations.signin.models import SignInTry
from integrations.signin.services import configuration
from integrations.signin.services.stops import Stop, Stopped
from integrations.tenants.models import User
from integrations.visma import oauth
from integrations.visma.errors import BadAnswer, BadCallback, BadIdToken, Outage, Refused
from integrations.visma.oauth import Client, IdToken

logger = logging.getLogger(__name__)
Params = Mapping[str, list[str]]
CALLBACK_ERRORS = {
    "access_denied": Stop.DENIED,
    "consent_required": Stop.DENIED,
    "server_error": Stop.VISMA_DOWN,
    "temporarily_unavailable": Stop.VISMA_DOWN,
    "invalid_scope": Stop.OUR_FAULT,
    "unauthorized_client": Stop.OUR_FAULT,
    "invalid_request": Stop.OUR_FAULT,
    "unsupported_response_type": Stop.OUR_FAULT,
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody has proven to be this Visma user. ``attempt`` says what for."""

    attempt: SignInTry
    issuer: str
    subject: str
    email: str
    sid: str


def begin(
    *, browser: str, language: str, next_path: str = "", linking: User | None = None, now: datetime
) -> str:
    """Remember the way back and return where to send the browser. Raises Stopped.

    With ``linking`` it is that log-in which the Visma user will open from then on.
    """
    client = _client(_application())
    state, verifier = oauth.new_state(), oauth.new_verifier()
    attempt = SignInTry(
        purpose=SignInTry.Purpose.LINK if linking else SignInTry.Purpose.SIGN_IN,
        user=linking,
        state_digest=digest(state),
        browser_digest=digest(browser),
        nonce=oauth.new_state(),
        redirect_uri=configuration.redirect_uri(),
        issuer=client.endpoints.issuer,
        next=next_path,
        created_at=now,
        expires_at=now + settings.PENDING_CONSENT_LIFE,
    )
    attempt.seal_verifier(verifier)
    attempt.save()
    return oauth.authorization_url(
        client,
        redirect_uri=attempt.redirect_uri,
        scopes=configuration.SCOPES,
        state=state,
        verifier=verifier,
        nonce=attempt.nonce,
        ui_locales=UI_LOCALES.get(language, ""),
    )


def arrive(params: Params, *, browser: str, now: datetime) -> Arrival:
    """Take Visma's answer, once. Raises Stopped; state and browser come before anything."""
    attempt = _taken(params, browser, now=now)
    code = _code(attempt, params)
    person = _redeem(attempt, code, now=now)
    sid = person.claims.get("sid")
    return Arrival(
        attempt=attempt,
        issuer=attempt.issuer,
        subject=person.sub,
        email=person.email,
        sid=sid if isinstance(sid, str) and len(sid) <= 255 else "",
    )


def _taken(params: Params, browser: str, *, now: datetime) -> SignInTry:
    states = params.get("state", [])
    if len(states) != 1:
        raise Stopped(Stop.STATE_UNKNOWN)
    attempt = (
        SignInTry.objects.select_related("user").filter(state_digest=digest(states[0])).first()
    )
    if attempt is None:
        raise Stopped(Stop.STATE_UNKNOWN)
    if not browser or not hmac.compare_digest(attempt.browser_digest, digest(browser)):
        raise Stopped(Stop.OTHER_BROWSER)
    taken = SignInTry.objects.filter(pk=attempt.pk, consumed_at=None, expires_at__gt=now)
    if not taken.update(consumed_at=now):
        raise Stopped(Stop.TOO_LATE if attempt.expires_at <= now else Stop.STATE_USED)
    return attempt


def _code(attempt: SignInTry, params: Params) -> str:
    """The code of an answer that can be trusted and says yes."""
    if attempt.issuer != visma_clients.endpoints(Kind.CONNECT).issuer:
        # The settings changed meanwhile, and the code would go to another than who made it.
        raise Stopped(Stop.ANSWER_REFUSED)
    try:
        callback = oauth.read_callback(
            params, issuer=attempt.issuer, iss_required=visma_clients.names_itself(Kind.CONNECT)
        )
    except BadCallback as bad:
        logger.warning("Sign-in %s: the callback is refused (%s)", attempt.pk, bad.reason)
        raise Stopped(Stop.ANSWER_REFUSED) from bad
    if callback.code is None:
        raise Stopped(CALLBACK_ERRORS.get(callback.error or "", Stop.TOKEN_REFUSED))
    return callback.code


def _redeem(attempt: SignInTry, code: str, *, now: datetime) -> IdToken:
    """Who signed in. The tokens that come along are forgotten: nothing is done in the ERP."""
    try:
        return client_secrets.asked(
            _application(), lambda client: _person(attempt, client, code, now=now), now=now
        )
    except Outage as outage:
        raise Stopped(Stop.VISMA_DOWN) from outage
    except Refused as refused:
        logger.warning("Sign-in %s: Visma refuses the code (%s)", attempt.pk, refused.error)
        at_all = refused.error in ("invalid_client", "unauthorized_client")
        raise Stopped(Stop.OUR_FAULT if at_all else Stop.TOKEN_REFUSED) from refused
    except BadIdToken as bad:
        logger.warning("Sign-in %s: the ID token is refused (%s)", attempt.pk, bad.reason)
        raise Stopped(Stop.ANSWER_REFUSED) from bad
    except BadAnswer as bad:
        logger.warning("Sign-in %s: the token answer is refused (%s)", attempt.pk, bad)
        raise Stopped(Stop.VISMA_DOWN) from bad
    except (visma_clients.NoSecret, ring.Unreadable) as fault:
        raise Stopped(Stop.OUR_FAULT) from fault


def _person(attempt: SignInTry, client: Client, code: str, *, now: datetime) -> IdToken:
    answer = oauth.redeem(
        client,
        code=code,
        redirect_uri=attempt.redirect_uri,
        verifier=attempt.verifier(),
        scopes=configuration.SCOPES,
    )
    if answer.id_token is None:
        raise BadIdToken("missing")
    return oauth.verify_id_token(
        client,
        answer.id_token,
        nonce=attempt.nonce,
        access_token=answer.access_token,
        keys=visma_clients.signing_keys(),
        now=now,
    )


def _application() -> Application:
    application = configuration.application()
    if application is None:
        raise Stopped(Stop.OUR_FAULT)
    return application


def _client(application: Application) -> Client:
    try:
        return visma_clients.client_for(application)
    except (visma_clients.NoSecret, ring.Unreadable) as fault:
        raise Stopped(Stop.OUR_FAULT) from fault
