"""The authorization endpoint and its company and consent pages."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.connect.answers import origin
from sandbox.connect.consent import consent_page
from sandbox.connect.flow import NoInteraction, Walk
from sandbox.connect.mishaps import error_page
from sandbox.connect.requests import UnusableRequest, read_authorization_request
from sandbox.http import Request, Response
from sandbox.pages import page
from sandbox.parts import alert, choice, form, hidden, press
from sandbox.state import Endpoint, Sandbox


def begin(sandbox: Sandbox, request: Request) -> Response:
    try:
        interaction = read_authorization_request(sandbox, request)
    except UnusableRequest as error:
        return error_page(sandbox, str(error), error.error, error.client_id)
    sandbox.interactions.add(interaction)
    return Walk(sandbox, request, interaction.id).next()


def on_the_way(step: Callable[[Walk, Request], Response]) -> Endpoint:
    """A page of an interaction, which its address or its form names."""

    def endpoint(sandbox: Sandbox, request: Request) -> Response:
        given = request.form if request.method == "POST" else request.query
        try:
            walk = Walk(sandbox, request, given.get("interaction", ""))
        except NoInteraction:
            return _ended_page()
        return step(walk, request)

    return endpoint


@on_the_way
def show_companies(walk: Walk, request: Request) -> Response:
    return walk.next() if walk.user is None else _company_page(walk)


@on_the_way
def choose_company(walk: Walk, request: Request) -> Response:
    chosen = request.form.get("tenant_id", "")
    if walk.user is None:
        return walk.next()
    if chosen not in {company.tenant_id for company in walk.companies}:
        return _company_page(walk, "Choose a company first.")
    walk.interaction.tenant_id = chosen
    return walk.next()


@on_the_way
def show_consent(walk: Walk, request: Request) -> Response:
    if walk.user is None or not (walk.interaction.tenant_id or walk.interaction.without_tenant):
        return walk.next()
    return consent_page(walk)


@on_the_way
def decide(walk: Walk, request: Request) -> Response:
    if request.form.get("decision") == "deny":
        return walk.refuse("access_denied")
    if request.form.get("decision") == "allow" and walk.user is not None:
        walk.interaction.consented = True
    return walk.next()


def _ended_page() -> Response:
    return page(
        "This sign-in has ended",
        "<p>It was finished already or waited too long. Go back to the application and start "
        "again.</p>",
        status=400,
    )


def _company_page(walk: Walk, fault: str = "") -> Response:
    companies = walk.companies
    who = walk.user.email if walk.user else ""
    if not companies:
        return page(
            "You have no company to choose",
            "<p>You need the role <strong>API User</strong> in a company. A customer "
            "administrator gives it to you in Visma Admin; it can take 15 minutes to work.</p>",
            signed_in_as=who,
        )
    if walk.interaction.tenant_hint:
        fault = fault or "You can't use the company that the application asked for."
    choices = "".join(
        choice(company.name, "tenant_id", company.tenant_id, note=company.tenant_id)
        for company in companies
    )
    return page(
        walk.words["choose"],
        alert(fault)
        + form(
            "/connect/company",
            hidden("interaction", walk.interaction.id),
            f"<fieldset><legend>The application gets access to one company.</legend>{choices}"
            "</fieldset>",
            press(walk.words["continue"]),
        ),
        signed_in_as=who,
        form_targets=origin(walk.interaction.redirect_uri),
        lang=walk.interaction.locale,
    )
