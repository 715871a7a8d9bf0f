"""The start page, My Applications, and what stands under an application's Details."""

from __future__ import annotations

from html import escape

from sandbox.developers.desk import APIS_PAGE, APPLICATIONS, HOME, Desk, address_of
from sandbox.developers.details import KINDS, client_id_field, form_parts
from sandbox.developers.logos import logo_part, picture, stand_in
from sandbox.developers.registration import Registration
from sandbox.http import Response, redirect
from sandbox.pages import alert, badge, button_link, form, hidden, notice, press, table, tabs
from sandbox.world.applications import Application, Kind

STORE_BADGES = {
    "unpublished": ("Created", ""),
    "in_review": ("In review", "pending"),
    "published": ("Published", "good"),
}


def show_start(desk: Desk) -> Response:
    cards = "".join(
        f'<li><a href="{address}">{name}</a><p>{note}</p></li>'
        for name, address, note in (
            ("Add application", f"{APPLICATIONS}/new", "Register what will call Visma."),
            ("My Applications", APPLICATIONS, "Secrets, integrations and the App Store."),
            ("APIs", APIS_PAGE, "What there is to call, and how to ask for it."),
            ("OAuth Debugger", "/connect/debugger", "What an Error-ID stands for."),
            ("Webhooks", "/webhooks", "Be told when a customer comes or goes."),
            ("Mails", "/mails", "What Visma has written to you."),
        )
    )
    return desk.page(
        f"Welcome, {desk.developer.given_name}",
        f'<p>{escape(desk.developer.organization)}</p><ul class="cards">{cards}</ul>',
        section=HOME,
    )


def list_applications(desk: Desk) -> Response:
    rows = [
        (
            picture(one),
            f'<a href="{address_of(one)}">{escape(one.name)}</a>'
            f"<small>{escape(one.client_id)}</small>",
            KINDS[one.kind][0],
            badge(*STORE_BADGES[one.store]),
            _more(one),
        )
        for one in desk.applications
    ]
    listed = table("My Applications", ("Logo", "Name", "Type", "Status", "More"), rows)
    return desk.page(
        "My Applications",
        button_link("Add application", f"{APPLICATIONS}/new")
        + (listed if rows else "<p>You have none yet.</p>"),
        section=APPLICATIONS,
    )


def choose_kind(desk: Desk) -> Response:
    """Which type; once it is in the query, the form."""
    kind = _kind(desk.request.query)
    if kind is not None:
        blank = Application("", "", kind, secrets=[], offline_access=False)
        blank.grant_types = ["client_credentials"] if kind == "service" else ["authorization_code"]
        blank.refresh_days = desk.sandbox.switches.default_refresh_days
        return _new_page(desk, blank)
    cards = "".join(
        f'<li><a href="{APPLICATIONS}/new?kind={value}">{name}</a><p>{note}</p></li>'
        for value, (name, note) in KINDS.items()
    )
    return desk.page(
        "Select the application type", f'<ul class="cards">{cards}</ul>', section=APPLICATIONS
    )


def create_application(desk: Desk) -> Response:
    given = desk.request.form
    kind = _kind(given)
    if kind is None:
        return redirect(f"{APPLICATIONS}/new")
    registration = Registration(desk.sandbox, given)
    application = registration.register(kind, desk.developer.email)
    if application is None:
        blank = Application("", "", kind, secrets=[])
        return _new_page(desk, blank, given, registration.faults)
    desk.sandbox.world.applications[application.client_id] = application
    return redirect(f"{address_of(application)}?done=created")


def show_application(desk: Desk, application: Application) -> Response:
    done = {"created": "The application is created.", "saved": "The changes are saved."}
    return _details_page(desk, application, said=done.get(desk.request.query.get("done", ""), ""))


def save_application(desk: Desk, application: Application) -> Response:
    registration = Registration(desk.sandbox, desk.request.form)
    if not registration.change(application):
        return _details_page(desk, application, desk.request.form, registration.faults)
    return redirect(f"{address_of(application)}?done=saved")


def decide_partner(desk: Desk, application: Application) -> Response:
    """What people at Visma do when an integrator has become a partner."""
    application.partner = desk.request.form.get("decision") == "approved"
    return redirect(address_of(application))


def ask_deletion(desk: Desk, application: Application) -> Response:
    return desk.page(
        f"Delete {application.name}",
        "<p>Its secrets, codes and approvals end with it. Nobody can sign in through it or get a "
        "token for it afterwards.</p>"
        + form(
            address_of(application, "delete"),
            press("Delete the application"),
            button_link("Keep it", address_of(application), quiet=True),
        ),
        section=APPLICATIONS,
    )


def delete_application(desk: Desk, application: Application) -> Response:
    world = desk.sandbox.world
    del world.applications[application.client_id]
    for key in [key for key in world.approvals if key[0] == application.client_id]:
        del world.approvals[key]
    codes = world.invitation_codes.values()
    for code in [one.code for one in codes if one.client_id == application.client_id]:
        del world.invitation_codes[code]
    return redirect(APPLICATIONS)


def application_page(
    desk: Desk, application: Application, content: str, *, tab: str = "", said: str = ""
) -> Response:
    """The frame of an application's tabs; ``said`` is what has come of the last press."""
    names = (("Details", ""), ("Credentials", "credentials"), ("Integrations", "integrations"))
    links = [(name, address_of(application, end)) for name, end in names]
    links.append(("App Store", address_of(application, "store")))
    head = (
        f"<p>{KINDS[application.kind][0]} · <code>{escape(application.client_id)}</code> · "
        f"{badge(*STORE_BADGES[application.store])}</p>"
        + tabs("Application", links, address_of(application, tab))
    )
    return desk.page(application.name, head + notice(said) + content, section=APPLICATIONS)


def _new_page(
    desk: Desk,
    blank: Application,
    given: dict[str, str] | None = None,
    faults: list[str] | None = None,
) -> Response:
    name, *more = form_parts(desk.sandbox, blank, given)
    content = (
        f'<p>{KINDS[blank.kind][0]} · <a href="{APPLICATIONS}/new">Change application type</a></p>'
        + "".join(alert(fault) for fault in faults or [])
        + form(
            APPLICATIONS,
            hidden("kind", blank.kind),
            name,
            client_id_field(given or {}),
            *more,
            press("Save"),
            button_link("Cancel", APPLICATIONS, quiet=True),
        )
    )
    return desk.page("New application", content, section=APPLICATIONS)


def _details_page(
    desk: Desk,
    application: Application,
    given: dict[str, str] | None = None,
    faults: list[str] | None = None,
    *,
    said: str = "",
) -> Response:
    content = (
        "".join(alert(fault) for fault in faults or [])
        + logo_part(application)
        + form(
            address_of(application),
            *form_parts(desk.sandbox, application, given),
            press("Save"),
            button_link("Delete", address_of(application, "delete"), quiet=True),
        )
        + (_programme(application) if application.kind != "service" else "")
    )
    return application_page(desk, application, content, said=said)


def _programme(application: Application) -> str:
    if application.partner:
        return (
            f"<h2>Partner programme</h2><p>{badge('Certified', 'good')} People who consent see "
            "the logo.</p>"
        )
    return (
        f"<h2>Partner programme</h2><p>{badge('Not certified')} People who consent see a warning."
        "</p>"
        + stand_in(
            "Visma certifies partners.",
            address_of(application, "partner"),
            "Certify as Visma",
            no="",
        )
    )


def _kind(given: dict[str, str]) -> Kind | None:
    return next((kind for kind in KINDS if kind == given.get("kind")), None)


def _more(application: Application) -> str:
    links = "".join(
        f'<li><a href="{address}">{name}</a></li>'
        for name, address in (
            ("Publish to the App Store", address_of(application, "store")),
            ("Debugger", "/connect/debugger"),
            ("Delete", address_of(application, "delete")),
        )
    )
    label = escape(f"More for {application.name}")
    return f'<details><summary aria-label="{label}">More</summary><ul>{links}</ul></details>'
