"""Reads an authorization request and decides whether the client may ask it."""

from __future__ import annotations

import re

from sandbox.connect.entitlements import grant_types_of, may_ask, may_stay
from sandbox.connect.interactions import Interaction, ResponseMode
from sandbox.connect.words import chosen_locale
from sandbox.draws import drawn_token
from sandbox.http import RepeatedParameter, Request, single_parameters
from sandbox.state import Sandbox
from sandbox.world.applications import Application

CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")
PROMPTS = {"none", "login", "consent", "select_account"}
SECOND_STEP = "urn:idp:vismaconnect:mfa"
MODES: dict[str, ResponseMode] = {
    "query": "query",
    "fragment": "fragment",
    "form_post": "form_post",
}


class UnusableRequest(Exception):
    """Shown to the person with an Error-ID; nothing is sent to the client."""

    def __init__(self, reason: str, error: str = "invalid_request", client_id: str = "") -> None:
        super().__init__(reason)
        self.error = error
        self.client_id = client_id


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
    try:
        return _interaction(sandbox, application, given)
    except UnusableRequest as error:
        error.client_id = application.client_id
        raise


def _interaction(sandbox: Sandbox, application: Application, given: dict[str, str]) -> Interaction:
    hybrid = _is_hybrid(application, given)
    challenge, method = _challenge(application, given)
    hint = given.get("tenant_hint", "")
    if not hint and sandbox.switches.tenant_id_on_authorize == "a_hint":
        hint = given.get("tenant_id", "")
    return Interaction(
        id=drawn_token(sandbox.random, 24),
        client_id=application.client_id,
        redirect_uri=given["redirect_uri"],
        scopes=_scopes(sandbox, application, given, hybrid=hybrid),
        state=given.get("state"),
        nonce=given.get("nonce"),
        hybrid=hybrid,
        response_mode=_response_mode(sandbox, given, hybrid=hybrid),
        challenge=challenge,
        challenge_method=method,
        prompt=_prompt(given),
        max_age=_max_age(given),
        second_step=SECOND_STEP in given.get("acr_values", "").split(),
        tenant_hint=hint.strip().lower(),
        login_hint=given.get("login_hint", "") if sandbox.switches.login_hint_works else "",
        locale=chosen_locale(given.get("ui_locales", "")),
        began_at=sandbox.clock.seconds(),
    )


def _application(sandbox: Sandbox, given: dict[str, str]) -> Application:
    client_id = given.get("client_id", "")
    application = sandbox.world.applications.get(client_id)
    if application is None:
        raise UnusableRequest("The application (client_id) is not known.", "unauthorized_client")
    if not application.takes_redirect(given.get("redirect_uri", "")):
        raise UnusableRequest(
            "The redirect_uri is not registered for the application.", client_id=client_id
        )
    return application


def _is_hybrid(application: Application, given: dict[str, str]) -> bool:
    if "authorization_code" not in grant_types_of(application):
        raise UnusableRequest("The application may not sign people in.", "unauthorized_client")
    if {"request", "request_uri"} & given.keys():
        raise UnusableRequest("Request objects are not taken here.", "request_not_supported")
    wanted = " ".join(sorted(given.get("response_type", "").split()))
    if wanted == "code id_token" and application.hybrid:
        return True
    if wanted != "code":
        raise UnusableRequest(
            "The response_type is not code, or the application has hybrid flow off.",
            "unsupported_response_type",
        )
    return False


def _scopes(
    sandbox: Sandbox, application: Application, given: dict[str, str], *, hybrid: bool
) -> list[str]:
    scopes = list(dict.fromkeys(given.get("scope", "").split()))
    if not scopes:
        raise UnusableRequest("The request names no scope.", "invalid_scope")
    for scope in scopes:
        if not may_ask(application, scope, interactive=True):
            raise UnusableRequest(
                f"The application does not have the scope {scope}.", "invalid_scope"
            )
    if "offline_access" in scopes and not may_stay(sandbox, application):
        raise UnusableRequest("Offline access is off for the application.", "invalid_scope")
    if "openid" not in scopes and (hybrid or sandbox.switches.openid_required):
        raise UnusableRequest("The scope openid is missing.", "invalid_scope")
    if hybrid and not given.get("nonce"):
        raise UnusableRequest("Hybrid flow needs a nonce.")
    return scopes


def _response_mode(sandbox: Sandbox, given: dict[str, str], *, hybrid: bool) -> ResponseMode:
    """An ID token never goes into a query (OAuth 2.0 Multiple Response Types, section 5)."""
    default: str = sandbox.switches.default_response_mode
    if hybrid and default == "query":
        default = "fragment"
    mode = MODES.get(given.get("response_mode") or default)
    if mode is None or mode == ("query" if hybrid else "fragment"):
        raise UnusableRequest("The response_mode does not go with the response_type.")
    return mode


def _challenge(application: Application, given: dict[str, str]) -> tuple[str, str]:
    challenge = given.get("code_challenge", "")
    method = given.get("code_challenge_method", "plain")
    if not challenge:
        if application.pkce or application.is_public:
            raise UnusableRequest("The application uses PKCE, and there is no code_challenge.")
        return "", ""
    if method not in {"S256", "plain"} or not CHALLENGE.fullmatch(challenge):
        raise UnusableRequest("The code_challenge or its method is not usable.")
    return challenge, method


def _prompt(given: dict[str, str]) -> list[str]:
    prompt = set(given.get("prompt", "").split())
    if not prompt <= PROMPTS or ("none" in prompt and len(prompt) > 1):
        raise UnusableRequest("The prompt is not known.")
    return sorted(prompt)


def _max_age(given: dict[str, str]) -> int | None:
    value = given.get("max_age")
    if value is None:
        return None
    if not value.isdecimal():
        raise UnusableRequest("max_age is not a number of seconds.")
    return int(value)
