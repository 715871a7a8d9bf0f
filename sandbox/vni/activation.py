"""The link that makes a new client work. Visma mails it; it lives five days."""

from __future__ import annotations

from html import escape

from sandbox.draws import drawn_hex
from sandbox.http import Request, Response
from sandbox.pages import page
from sandbox.parts import form, hidden, press
from sandbox.state import Sandbox
from sandbox.vni.authorize import HOME
from sandbox.vni.store import Activation
from sandbox.world.applications import Application
from sandbox.world.mails import Mail

LIFETIME = 5 * 24 * 3600
SENDER = "integration@visma.example"


def mail_link(sandbox: Sandbox, application: Application, kind: str) -> Activation:
    """Mail the developer a link that turns VNI on for the application.

    ``kind`` is ``test``, as every new client is, or ``production``.
    """
    now = sandbox.clock.seconds()
    code = drawn_hex(sandbox.random, 32)
    activation = Activation(code, application.client_id, kind, now + LIFETIME)
    sandbox.vni.activations[code] = activation
    link = link_of(sandbox, activation)
    text = f"Your {kind} client {application.client_id} is ready. Activate it in 5 days:\n{link}\n"
    to = application.owner or "developer@example.com"
    sandbox.mails.append(Mail(now, SENDER, to, "Your Visma.net Integrations client", text))
    return activation


def link_of(sandbox: Sandbox, activation: Activation) -> str:
    return sandbox.url(f"{HOME}/activate?code={activation.code}")


def show_link(sandbox: Sandbox, request: Request) -> Response:
    activation = _living(sandbox, request.query.get("code", ""))
    if activation is None:
        return _too_late()
    name = escape(activation.client_id)
    return page(
        "Activate your client",
        f"<p>Visma.net Integrations will work for <code>{name}</code>, "
        f"as a {escape(activation.kind)} client.</p>"
        + form(f"{HOME}/activate", hidden("code", activation.code), press("Activate")),
    )


def activate(sandbox: Sandbox, request: Request) -> Response:
    activation = _living(sandbox, request.form.get("code", ""))
    application = sandbox.world.applications.get(activation.client_id) if activation else None
    if activation is None or application is None:
        return _too_late()
    del sandbox.vni.activations[activation.code]
    application.vni = "production" if activation.kind == "production" else "test"
    return page("Your client works", f"<p><code>{escape(application.client_id)}</code></p>")


def _living(sandbox: Sandbox, code: str) -> Activation | None:
    found = sandbox.vni.activations.get(code)
    return found if found is not None and found.ends_at >= sandbox.clock.seconds() else None


def _too_late() -> Response:
    return page(
        "This link does not work",
        "<p>It was used, or its five days are over. Ask for a new one.</p>",
        status=404,
    )
