"""The OAuth flows at Visma Connect: ask for a consent, redeem, refresh, revoke.

Addresses that begin with ``http://`` work for the loopback hosts named in the transport only.
Every call raises Outage (``sent`` tells whether Visma may have seen it), Refused or BadAnswer.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote_plus

from requests.auth import HTTPBasicAuth

from integrations.visma.bodies import read_object
from integrations.visma.callbacks import Callback, read_callback
from integrations.visma.errors import Outage
from integrations.visma.exchange import Transport, read
from integrations.visma.hidden import Hidden, without_frames
from integrations.visma.id_tokens import IdToken, tenant_of, verify_id_token, verify_refreshed
from integrations.visma.key_sets import KeySet
from integrations.visma.logout_tokens import LogoutToken, verify_logout_token
from integrations.visma.origins import may_go_plain, origin_of
from integrations.visma.sessions import (
    CurledResponse,
    StrictBackendClient,
    StrictSession,
    StrictWebClient,
    secured,
    unsecured,
)
from integrations.visma.token_answers import TokenAnswer, accept

__all__ = [
    "Callback",
    "Client",
    "Endpoints",
    "Hidden",
    "IdToken",
    "KeySet",
    "LogoutToken",
    "TokenAnswer",
    "Transport",
    "authorization_url",
    "client_credentials",
    "new_state",
    "new_verifier",
    "read_callback",
    "redeem",
    "refresh",
    "revoke",
    "tenant_of",
    "userinfo",
    "verify_id_token",
    "verify_logout_token",
    "verify_refreshed",
]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Visma Connect's addresses; ``issuer`` is compared as it stands. Unused ones may be ""."""

    authorize: str
    token: str
    userinfo: str
    revocation: str
    jwks: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Client:
    """An application as the token endpoint knows it.

    ``auth_method`` is where the secret travels: "basic" in a header (form-encoded first, RFC 6749
    section 2.3.1), "post" in the body.
    """

    client_id: str
    client_secrets: str = field(repr=False)
    auth_method: Literal["basic", "post"]
    endpoints: Endpoints
    transport: Transport


def new_verifier() -> str:
    """Return a PKCE verifier (RFC 7636 section 4.1): 64 characters, 384 random bits."""
    return Hidden(secrets.token_urlsafe(48))


def new_state() -> str:
    """Return a value for ``state`` or ``nonce``: 256 random bits."""
    return Hidden(secrets.token_urlsafe(32))


def authorization_url(
    client: Client,
    *,
    redirect_uri: str,
    scopes: Sequence[str],
    state: str,
    verifier: str,
    nonce: str,
    ui_locales: str = "",
    tenant_hint: str = "",
    prompt: str = "",
) -> str:
    """Return where to send the browser. Always S256 and ``response_mode=query``."""
    asked = client.endpoints.authorize
    web = StrictWebClient(client.client_id)
    with _session(client, web, asked, scopes=list(scopes), redirect_uri=redirect_uri) as session:
        url, _ = session.authorization_url(
            secured(asked),
            state=state,
            code_challenge=web.create_code_challenge(verifier, "S256"),
            code_challenge_method="S256",
            response_mode="query",
            nonce=nonce,
            ui_locales=ui_locales,
            tenant_hint=tenant_hint,
            prompt=prompt,
        )
    return str(url) if asked.startswith("https://") else unsecured(str(url))


@without_frames
def redeem(
    client: Client, *, code: str, redirect_uri: str, verifier: str, scopes: Sequence[str] = ()
) -> TokenAnswer:
    """Trade an authorization code for tokens. The code is spent, whatever comes back.

    ``scopes`` are those asked for; an answer that names none granted just these.
    """
    web = StrictWebClient(client.client_id)
    with _session(client, web, client.endpoints.token, redirect_uri=redirect_uri) as session:
        session.fetch_token(
            secured(client.endpoints.token),
            code=code,
            code_verifier=verifier,
            auth=_basic(client),
            **_fetched_with(client),
        )
    return _granting(web.answer, scopes)


@without_frames
def refresh(client: Client, refresh_token: str, scopes: Sequence[str]) -> TokenAnswer:
    """Trade a refresh token. ``scopes`` are those granted; they aren't sent, only carried over.

    Under a one-time policy the token is spent as soon as Visma has seen it, and seeing it a second
    time ends the whole grant.
    """
    web = StrictWebClient(client.client_id)
    with _session(client, web, client.endpoints.token) as session:
        session.refresh_token(
            secured(client.endpoints.token),
            refresh_token=refresh_token,
            auth=_basic(client),
            **_in_body(client),
        )
    return _granting(web.answer, scopes)


@without_frames
def client_credentials(client: Client, *, tenant_id: str, scopes: Sequence[str]) -> TokenAnswer:
    """Ask for an access token in a company that approved the application. No refresh token."""
    backend = StrictBackendClient(client.client_id, scope=list(scopes))
    with _session(client, backend, client.endpoints.token) as session:
        session.fetch_token(
            secured(client.endpoints.token),
            tenant_id=tenant_id,
            auth=_basic(client),
            **_fetched_with(client),
        )
    return _granting(backend.answer, scopes)


@without_frames
def revoke(client: Client, refresh_token: str) -> None:
    """End a grant at Visma (RFC 7009). Access tokens already out live until they expire."""
    web = StrictWebClient(client.client_id)
    with _session(client, web, client.endpoints.revocation) as session:
        url, headers, body = web.prepare_token_revocation_request(
            secured(client.endpoints.revocation),
            refresh_token,
            token_type_hint="refresh_token",  # noqa: S106 - the name of a kind, not a secret
            **_in_body(client),
        )
        response: CurledResponse = session.post(
            url, data=body, headers=headers, auth=_basic(client), withhold_token=True
        )
    if response.status_code != HTTPStatus.OK:
        accept(response.answer)


@without_frames
def userinfo(client: Client, access_token: str) -> dict[str, Any]:
    """Return the claims about who consented (OpenID Connect Core 5.3)."""
    return read_object(read(client.transport, client.endpoints.userinfo, access_token).body)


def _granting(answer: TokenAnswer, scopes: Sequence[str]) -> TokenAnswer:
    return answer if answer.scopes else replace(answer, scopes=frozenset(scopes))


def _session(
    client: Client,
    web: StrictWebClient | StrictBackendClient,
    endpoint: str,
    *,
    scopes: list[str] | None = None,
    redirect_uri: str | None = None,
) -> StrictSession:
    plain: frozenset[str] = frozenset()
    if endpoint.startswith("http://"):
        if not may_go_plain(endpoint, client.transport.plain_http_hosts):
            text = "Plain http is only for the loopback hosts named in the settings."
            raise Outage(text, sent=False, own_set_up=True)
        plain = frozenset({origin_of(endpoint)})
    return StrictSession(
        web, client.transport, plain_origins=plain, scope=scopes, redirect_uri=redirect_uri
    )


def _basic(client: Client) -> HTTPBasicAuth | None:
    if client.auth_method == "post":
        return None
    return HTTPBasicAuth(quote_plus(client.client_id), quote_plus(client.client_secrets))


def _in_body(client: Client) -> dict[str, str]:
    if client.auth_method == "basic":
        return {}
    return {"client_id": client.client_id, "client_secret": client.client_secrets}


def _fetched_with(client: Client) -> dict[str, Any]:
    if client.auth_method == "basic":
        return {"include_client_id": False}
    return {"include_client_id": True, "client_secret": client.client_secrets}
