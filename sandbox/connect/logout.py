"""Signing out (OpenID Connect RP-Initiated Logout and Front-Channel Logout)."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import jwt

from sandbox.connect.answers import origin
from sandbox.connect.sessions import Session
from sandbox.connect.visits import end_session, ended_cookies
from sandbox.http import Request, Response, redirect
from sandbox.pages import page
from sandbox.state import Sandbox
from sandbox.world.applications import Application


@dataclass(frozen=True, slots=True)
class Wish:
    """Which application sent the person here, and where it wants them back."""

    application: Application | None
    target: str


def sign_out(sandbox: Sandbox, request: Request) -> Response:
    """End the session; go on only to an address that the application has registered for it."""
    given = request.form if request.method == "POST" else request.query
    wish = _wish(sandbox, given)
    session = end_session(sandbox, request)
    frames = _frames(sandbox, session) if session else []
    if wish.target and not frames:
        return redirect(wish.target, ended_cookies())
    return _signed_out_page(wish, frames)


def _wish(sandbox: Sandbox, given: dict[str, str]) -> Wish:
    client_id = _client_of(sandbox, given.get("id_token_hint", ""))
    if client_id is None and sandbox.switches.logout_by_client_id:
        client_id = given.get("client_id")
    application = sandbox.world.applications.get(client_id or "")
    target = given.get("post_logout_redirect_uri", "")
    if application is None or target not in application.post_logout_redirect_uris:
        return Wish(application, "")
    if "state" not in given:
        return Wish(application, target)
    return Wish(application, _with_query(target, {"state": given["state"]}))


def _client_of(sandbox: Sandbox, id_token: str) -> str | None:
    """Whom the ID token was for; it may have expired, but it must be one of ours."""
    try:
        kid = jwt.get_unverified_header(id_token).get("kid")
        key = next(jwk for jwk in sandbox.keys.jwks()["keys"] if jwk["kid"] == kid)
        claims = jwt.decode(
            id_token,
            jwt.PyJWK(key).key,
            algorithms=["RS256"],
            issuer=sandbox.issuer,
            options={"verify_exp": False, "verify_nbf": False, "verify_aud": False},
        )
    except (jwt.PyJWTError, StopIteration):
        return None
    return str(claims["aud"])


def _frames(sandbox: Sandbox, session: Session) -> list[str]:
    """What the browser opens so that each application can forget its own session."""
    known = [sandbox.world.applications.get(client_id) for client_id in session.clients]
    return [
        _with_query(one.frontchannel_logout_uri, {"iss": sandbox.issuer, "sid": session.sid})
        for one in known
        if one is not None and one.frontchannel_logout_uri
    ]


def _signed_out_page(wish: Wish, frames: list[str]) -> Response:
    inner = "".join(
        f'<iframe class="unseen" title="Signing out" src="{escape(address)}"></iframe>'
        for address in frames
    )
    back = "<p>You can close this window.</p>"
    if wish.target and wish.application is not None:
        name = escape(wish.application.name)
        back = f'<p><a href="{escape(wish.target)}">Go back to {name}</a></p>'
    return page(
        "You are signed out",
        back + inner,
        headers=ended_cookies(),
        frame_sources=" ".join(sorted({origin(address) for address in frames})),
    )


def _with_query(address: str, more: dict[str, str]) -> str:
    parts = urlsplit(address)
    query = parse_qsl(parts.query, keep_blank_values=True) + list(more.items())
    return urlunsplit(parts._replace(query=urlencode(query)))
