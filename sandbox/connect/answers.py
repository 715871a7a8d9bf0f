"""How the answer to an authorization request gets back to the client."""

from __future__ import annotations

import hashlib
from html import escape
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.connect.interactions import Interaction
from sandbox.connect.sessions import Session
from sandbox.connect.twice import call_twice, post_twice
from sandbox.connect.words import LOCALES
from sandbox.draws import drawn_hex
from sandbox.http import Response, redirect
from sandbox.pages import page
from sandbox.parts import hidden, press
from sandbox.state import Sandbox

SCRIPT = "/connect/answer.js"


def send_answer(
    sandbox: Sandbox,
    asked: Interaction,
    parameters: dict[str, str],
    again: dict[str, str] | None = None,
) -> Response:
    """Add ``state`` and ``iss`` (RFC 9207), and send it in the mode that was asked for.

    With ``again`` the application is called a second time, with these.
    """
    for each in (parameters, again or {}):
        if asked.state is not None:
            each["state"] = asked.state
        if sandbox.switches.issuer_in_answer:
            each["iss"] = sandbox.issuer
    if asked.response_mode == "form_post":
        if again is None:
            return _form_post(asked, parameters)
        return post_twice(asked.redirect_uri, origin(asked.redirect_uri), parameters, again)
    if again is None:
        return redirect(_address(asked, parameters))
    return call_twice(_address(asked, parameters), _address(asked, again))


def _address(asked: Interaction, parameters: dict[str, str]) -> str:
    parts = urlsplit(asked.redirect_uri)
    if asked.response_mode == "fragment":
        return urlunsplit(parts._replace(fragment=urlencode(parameters)))
    query = parse_qsl(parts.query, keep_blank_values=True) + list(parameters.items())
    return urlunsplit(parts._replace(query=urlencode(query)))


def origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def session_state(sandbox: Sandbox, asked: Interaction, session: Session) -> str:
    """OpenID Connect Session Management, section 2: a salted hash the check page can repeat."""
    salt = drawn_hex(sandbox.random, 32)
    parts = (asked.client_id, origin(asked.redirect_uri), session.browser_state, salt)
    return f"{hashlib.sha256(' '.join(parts).encode()).hexdigest()}.{salt}"


def _form_post(asked: Interaction, parameters: dict[str, str]) -> Response:
    """A page that posts itself; without scripts the person presses once more."""
    words = LOCALES[asked.locale]
    fields = "".join(hidden(name, value) for name, value in parameters.items())
    content = (
        f'<p>You go back to the application.</p><form id="answer" method="post" '
        f'action="{escape(asked.redirect_uri)}">{fields}{press(words["continue"])}</form>'
    )
    return page(
        words["moment"],
        content,
        form_targets=origin(asked.redirect_uri),
        script_at=SCRIPT,
        lang=asked.locale,
    )
