"""The lists of the App Store: the start page, all published applications, one's own."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from urllib.parse import urlencode

from sandbox.appstore.approvals import wanted_since
from sandbox.appstore.finding import UnusableCode, application_behind, public_applications
from sandbox.appstore.visits import APPS, HOME, MY_APPS, Visit
from sandbox.http import Response, redirect
from sandbox.parts import alert, badge, button_link, field, form, press, table
from sandbox.world.applications import Application

APPLICATION = f"{HOME}/application"


def show_home(visit: Visit) -> Response:
    return _home_page(visit)


def find_application(visit: Visit) -> Response:
    """The code typed in leads to its application."""
    typed = visit.request.form.get("code", "")
    try:
        application, code = application_behind(visit.sandbox, typed)
    except UnusableCode as error:
        return _home_page(visit, str(error))
    return redirect(address_of(application, code.code))


def show_apps(visit: Visit) -> Response:
    rows = [
        (
            f"<strong>{escape(one.name)}</strong>",
            escape(one.description),
            button_link("Open", address_of(one), quiet=True),
        )
        for one in public_applications(visit.sandbox)
    ]
    content = (
        table("Published applications", ("Application", "What it does", "Next"), rows)
        if rows
        else "<p>No application is published for everybody.</p>"
    )
    return visit.page("Apps", content + _code_form("Or use an invitation code"), APPS, wide=True)


def show_my_apps(visit: Visit) -> Response:
    return visit.page("My apps", _my_apps(visit), MY_APPS, wide=True)


def address_of(application: Application, code: str = "") -> str:
    query = {"client_id": application.client_id} | ({"code": code} if code else {})
    return f"{APPLICATION}?{urlencode(query)}"


def _home_page(visit: Visit, fault: str = "") -> Response:
    return visit.page(
        "Find an application",
        alert(fault) + _code_form() + f"<h2>Managed apps</h2>{_my_apps(visit)}",
        HOME,
        wide=True,
    )


def _code_form(heading: str = "") -> str:
    return (f"<h2>{heading}</h2>" if heading else "") + form(
        f"{HOME}/find",
        field(
            "Invitation code",
            "code",
            more='autocomplete="off" required',
            note="You have it from the integrator.",
        ),
        press("Find"),
    )


def _my_apps(visit: Visit) -> str:
    world = visit.sandbox.world
    rows = [
        _row(visit, world.applications[client_id], scopes)
        for (client_id, tenant_id), scopes in world.approvals.items()
        if tenant_id == visit.tenant_id and client_id in world.applications
    ]
    if not rows:
        return f"<p>No application may work in {escape(visit.organisation)} yet.</p>"
    return table("My apps", ("Application", "Rights", "Approved", "Next"), rows)


def _row(visit: Visit, application: Application, scopes: set[str]) -> tuple[str, str, str, str]:
    more = wanted_since(visit.sandbox, application, visit.tenant_id)
    note = visit.sandbox.world.approval_notes.get((application.client_id, visit.tenant_id))
    when = f"{_day(note.at)} by {escape(note.by)}" if note else ""
    return (
        f"<strong>{escape(application.name)}</strong>"
        + (f" {badge('wants more', 'pending')}" if more else ""),
        "<br>".join(escape(scope) for scope in sorted(scopes)),
        when,
        button_link("Manage", address_of(application), quiet=True),
    )


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%-d %B %Y")
