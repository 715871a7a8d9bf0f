"""Reads an authorization request and decides whether the client may ask it."""

from __future__ import annotations

import re

from sandbox.connect.interactions import Interaction, new_id
from sandbox.connect.token import grant_types_of
from sandbox.http import RepeatedParameter, Request, single_parameters
from sandbox.state import Sandbox
from sandbox.world.applications import Application

CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
PROMPTS = frozenset({"none", "login", "consent", "select_account"})


class UnusableRequest(Exception):
    """Shown to the person with an Error-ID; nothing is sent to the client."""


def read_authorization_request(sandbox: Sandbox, request: Request) -> Interaction:
    """Client and redirect URI come first, since nothing may be sent where they are wrong.

    Raises UnusableRequest.
    """
    encoded = request.query_string if request.method != "POST" else request.body.decode("latin-1")
    try:
        given = single_parameters(encoded)
    except RepeatedParameter as error:
        raise UnusableRequest(f"The parameter {error} came twice.") from error
    application = _application(sandbox, given)
    request.entry.client_id = application.client_id
    challenge, method = _challenge(application, given)
    return Interaction(
        id=new_id(),
        client_id=application.client_id,
        redirect_uri=given["redirect_uri"],
        scopes=_scopes(application, given),
        state=given.get("state"),
        nonce=given.get("nonce"),
        response_mode=_response_mode(sandbox, given),
        challenge=challenge,
        challenge_method=method,
        prompt=_prompt(given),
        max_age=_max_age(given),
        tenant_hint=given.get("tenant_hint", "").strip().lower(),
        login_hint=given.get("login_hint", ""),
        began_at=sandbox.clock.seconds(),
    )


def _application(sandbox: Sandbox, given: dict[str, str]) -> Application:
    application = sandbox.world.applications.get(given.get("client_id", ""))
    if application is None:
        raise UnusableRequest("The application (client_id) is not known.")
    if not application.takes_redirect(given.get("redirect_uri", "")):
        raise UnusableRequest("The redirect_uri is not registered for the application.")
    if "authorization_code" not in grant_types_of(application):
        raise UnusableRequest("The application may not sign people in.")
    if given.get("response_type") != "code":
        raise UnusableRequest("The response_type is not code.")
    return application


def _scopes(application: Application, given: dict[str, str]) -> tuple[str, ...]:
    scopes = tuple(dict.fromkeys(given.get("scope", "").split()))
    if not scopes:
        raise UnusableRequest("The request names no scope.")
    for scope in scopes:
        if scope not in application.scopes:
            raise UnusableRequest(f"The application does not have the scope {scope}.")
    if "offline_access" in scopes and not application.offline_access:
        raise UnusableRequest("Offline access is off for the application.")
    return scopes


def _response_mode(sandbox: Sandbox, given: dict[str, str]) -> str:
    mode = given.get("response_mode") or sandbox.switches.default_response_mode
    if mode not in {"query", "form_post"}:
        raise UnusableRequest("The response_mode is neither query nor form_post.")
    return mode


def _challenge(application: Application, given: dict[str, str]) -> tuple[str, str]:
    challenge = given.get("code_challenge", "")
    method = given.get("code_challenge_method", "plain")
    if not challenge:
        if application.pkce:
            raise UnusableRequest("The application uses PKCE, and there is no code_challenge.")
        return "", ""
    if method not in {"S256", "plain"} or not CHALLENGE.fullmatch(challenge):
        raise UnusableRequest("The code_challenge or its method is not usable.")
    return challenge, method


def _prompt(given: dict[str, str]) -> frozenset[str]:
    prompt = frozenset(given.get("prompt", "").split())
    if not prompt <= PROMPTS or ("none" in prompt and len(prompt) > 1):
        raise UnusableRequest("The prompt is not known.")
    return prompt


def _max_age(given: dict[str, str]) -> int | None:
    value = given.get("max_age")
    if value is None:
        return None
    if not value.isdigit():
        raise UnusableRequest("max_age is not a number of seconds.")
    return int(value)
