"""An application's secrets: none at first, each shown once, typed in to be deleted."""

from __future__ import annotations

from html import escape

from sandbox.developers.applications import application_page
from sandbox.developers.desk import Desk, address_of
from sandbox.draws import drawn_token
from sandbox.http import Response, redirect
from sandbox.mails import moment
from sandbox.pages import alert, badge, field, form, press, table
from sandbox.world.applications import Application, Secret

TAB = "credentials"
UNKNOWN = "The application has no such secret."


def show_credentials(desk: Desk, application: Application) -> Response:
    deleted = desk.request.query.get("done") == "deleted"
    return _page(desk, application, said="The secret is deleted." if deleted else "")


def generate_secret(desk: Desk, application: Application) -> Response:
    if application.is_public:
        return redirect(address_of(application, TAB))
    value = drawn_token(desk.sandbox.random)
    secret = Secret(value, desk.now + desk.sandbox.switches.settings_delay)
    application.secrets.append(secret)
    shown = (
        '<p class="notice" role="status">This is the new secret. Copy it now, for it is not '
        f'shown again.</p><p><code class="copy" id="new-secret">{escape(value)}</code></p>'
    )
    return _page(desk, application, above=shown)


def delete_secret(desk: Desk, application: Application) -> Response:
    typed = desk.request.form.get("secret", "").strip()
    found = next((one for one in _kept(desk, application) if one.value == typed), None)
    if found is None:
        return _page(desk, application, above=alert(UNKNOWN))
    found.ends_at = desk.now + desk.sandbox.switches.settings_delay
    return redirect(f"{address_of(application, TAB)}?done=deleted")


def _kept(desk: Desk, application: Application) -> list[Secret]:
    """The secrets that nobody has deleted yet."""
    return [secret for secret in application.secrets if secret.ends_at is None]


def _page(desk: Desk, application: Application, *, above: str = "", said: str = "") -> Response:
    if application.is_public:
        content = (
            "<p>A Single-Page App gets no secret, for it could not keep it. It proves itself by "
            "PKCE.</p>"
        )
        return application_page(desk, application, content, tab=TAB)
    content = (
        above
        + _delay_note(desk)
        + _listed(desk, application)
        + form(address_of(application, "secrets"), press("Generate secret"))
    )
    if _kept(desk, application):
        content += _deletion(application)
    return application_page(desk, application, content, tab=TAB, said=said)


def _delay_note(desk: Desk) -> str:
    delay = desk.sandbox.switches.settings_delay
    now = f"after {delay:g} seconds" if delay else "at once"
    return (
        "<p>At Visma it takes a minute or two until a new secret works and a deleted one stops. "
        f"Here it happens {now}; the switch <code>settings_delay</code> says so.</p>"
    )


def _listed(desk: Desk, application: Application) -> str:
    rows = [
        (f"Secret {number}", f"ends in {escape(secret.value[-4:])}", _state(desk, secret))
        for number, secret in enumerate(application.secrets, 1)
        if not secret.is_over(desk.now)
    ]
    if not rows:
        return "<p>The application has no secret yet.</p>"
    return table("Secrets", ("Secret", "Value", "State"), rows)


def _state(desk: Desk, secret: Secret) -> str:
    if secret.ends_at is not None:
        return badge(f"Deleted, works until {moment(secret.ends_at)}", "bad")
    if not secret.works_at(desk.now):
        return badge(f"Works from {moment(secret.works_from)}", "pending")
    return badge("Works", "good")


def _deletion(application: Application) -> str:
    return (
        "<h2>Delete a secret</h2>"
        "<p>Type the secret you want to delete, so that it can't be a wrong one.</p>"
        + form(
            address_of(application, "secrets/delete"),
            field("Secret", "secret", more='autocomplete="off" required'),
            press("Delete", quiet=True),
        )
    )
