"""The browser's side of VNI: authorize, sign in, allow, back to the application."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sandbox.connect.answers import origin
from sandbox.connect.signin import WRONG, sign_in_fields, user_by_password
from sandbox.connect.visits import begin_session, session_cookies, user_of
from sandbox.draws import drawn_hex, drawn_uuid
from sandbox.http import Request, Response, json_response, redirect
from sandbox.pages import page, people_to_unfold
from sandbox.parts import alert, form, hidden, press
from sandbox.state import Sandbox
from sandbox.vni.callers import SCOPE
from sandbox.vni.store import Ask, Code
from sandbox.world.applications import Application
from sandbox.world.people import User

HOME = "/API/resources/oauth"


def begin(sandbox: Sandbox, request: Request) -> Response:
    """Nothing is sent to a client that is not known, or to an address it did not register."""
    given = request.query
    application = sandbox.world.applications.get(given.get("client_id", ""))
    fault = _fault(sandbox, application, given)
    if fault or application is None:
        return _error(sandbox, fault)
    request.entry.client_id = application.client_id
    ask = Ask(
        id=drawn_hex(sandbox.random, 32),
        client_id=application.client_id,
        redirect_uri=given["redirect_uri"],
        state=given.get("state"),
    )
    sandbox.vni.asks[ask.id] = ask
    return _next(sandbox, ask, user_of(sandbox, request))


def sign_in(sandbox: Sandbox, request: Request) -> Response:
    ask = sandbox.vni.asks.get(request.form.get("ask", ""))
    if ask is None:
        return _ended()
    user = user_by_password(sandbox, request)
    if user is None:
        return _sign_in_page(sandbox, ask, request.form.get("email", ""), WRONG)
    session = begin_session(sandbox, request, user, ["pwd"])
    response = _next(sandbox, ask, user)
    response.headers.extend(session_cookies(sandbox, session))
    return response


def decide(sandbox: Sandbox, request: Request) -> Response:
    ask = sandbox.vni.asks.get(request.form.get("ask", ""))
    user = user_of(sandbox, request)
    if ask is None:
        return _ended()
    if user is None:
        return _sign_in_page(sandbox, ask)
    request.entry.client_id = ask.client_id
    del sandbox.vni.asks[ask.id]
    if request.form.get("decision") == "allow":
        return _answer(ask, {"code": _new_code(sandbox, ask, user)})
    if sandbox.switches.vni_refusal == "page":
        return page("You did not allow it", "<p>The application gets no access.</p>")
    return _answer(ask, {"error": "access_denied"})


def _fault(sandbox: Sandbox, application: Application | None, given: dict[str, str]) -> str:
    """What is wrong with the request, or an empty text."""
    if sandbox.switches.vni_retired:
        return "Visma.net Integrations has been shut down."
    if application is None or application.vni == "off":
        return "The application (client_id) is not known to Visma.net Integrations."
    if not _takes_redirect(sandbox, application, given.get("redirect_uri", "")):
        return "The redirect_uri is not registered for the application."
    if given.get("response_type") != "code":
        return "The response_type is not code."
    if given.get("scope") != SCOPE:
        return f"The scope is not {SCOPE}."
    return ""


def _takes_redirect(sandbox: Sandbox, application: Application, uri: str) -> bool:
    if sandbox.switches.vni_redirect == "prefix":
        return any(uri.startswith(known) for known in application.redirect_uris)
    return application.takes_redirect(uri)


def _next(sandbox: Sandbox, ask: Ask, user: User | None) -> Response:
    return _sign_in_page(sandbox, ask) if user is None else _allow_page(sandbox, ask, user)


def _new_code(sandbox: Sandbox, ask: Ask, user: User) -> str:
    ends = sandbox.clock.seconds() + sandbox.switches.code_lifetime
    code = Code(drawn_uuid(sandbox.random), ask.client_id, user.sub, ask.redirect_uri, ends)
    sandbox.vni.codes[code.value] = code
    return code.value


def _answer(ask: Ask, parameters: dict[str, str]) -> Response:
    if ask.state is not None:
        parameters["state"] = ask.state
    parts = urlsplit(ask.redirect_uri)
    query = parse_qsl(parts.query, keep_blank_values=True) + list(parameters.items())
    return redirect(urlunsplit(parts._replace(query=urlencode(query))))


def _sign_in_page(sandbox: Sandbox, ask: Ask, email: str = "", fault: str = "") -> Response:
    return page(
        "Sign in to Visma.net",
        alert(fault)
        + form(f"{HOME}/signin", hidden("ask", ask.id), sign_in_fields(email), press("Sign in"))
        + people_to_unfold(sandbox),
        form_targets=origin(ask.redirect_uri),
    )


def _allow_page(sandbox: Sandbox, ask: Ask, user: User) -> Response:
    name = sandbox.world.applications[ask.client_id].name
    return page(
        f"Allow {name} to use Visma.net Financials?",
        "<p>It works as you, in every company where you are Financials User or Financials "
        "Administrator, until you allow it anew.</p>"
        + form(
            f"{HOME}/allow",
            hidden("ask", ask.id),
            press("Allow", name="decision", value="allow"),
            press("Deny", name="decision", value="deny", quiet=True),
        ),
        signed_in_as=user.email,
        form_targets=origin(ask.redirect_uri),
    )


def _error(sandbox: Sandbox, reason: str) -> Response:
    status = 410 if sandbox.switches.vni_retired else 400
    if sandbox.switches.vni_error == "json":
        return json_response({"error": "invalid_request", "error_description": reason}, status)
    return page("This sign-in can't start", f"<p>{reason}</p>", status=status)


def _ended() -> Response:
    return page(
        "This sign-in has ended",
        "<p>Go back to the application and start again.</p>",
        status=400,
    )
