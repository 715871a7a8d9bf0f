"""The consent page: who asks, for which company, and for what."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from sandbox.connect.answers import origin
from sandbox.connect.flow import Walk
from sandbox.http import Response
from sandbox.pages import page
from sandbox.parts import alert, form, hidden, press
from sandbox.world.applications import Application

SCOPE_NOTES = {
    "openid": "Know who you are",
    "profile": "See your name",
    "email": "See your e-mail address",
    "phone": "See your phone number",
    "roles": "See your roles",
    "tenants": "See which company you choose",
    "offline_access": "Keep access while you are away",
    "visma.net.erp.salesorder:read": "Read sales orders",
    "visma.net.erp.salesorder:write": "Create and change sales orders",
    "vismanet_erp_interactive_api:read": "Read from Visma.net ERP",
    "vismanet_erp_interactive_api:create": "Create in Visma.net ERP",
    "vismanet_erp_interactive_api:update": "Change in Visma.net ERP",
    "vismanet_erp_interactive_api:delete": "Delete in Visma.net ERP",
}


def consent_page(walk: Walk) -> Response:
    application, asked, words = walk.application, walk.interaction, walk.words
    company = walk.sandbox.world.tenant_name(asked.tenant_id or "") or words["nowhere"]
    wishes = "".join(
        f"<li>{escape(SCOPE_NOTES.get(scope, scope))} <small>({escape(scope)})</small></li>"
        for scope in asked.scopes
    )
    return page(
        words["asks"].format(application=application.name, company=company),
        f"{_standing(walk, application)}<p>{words['wishes']}</p><ul>{wishes}</ul>"
        + form(
            "/connect/consent",
            hidden("interaction", asked.id),
            press(words["allow"], name="decision", value="allow"),
            press(words["deny"], name="decision", value="deny", quiet=True),
        ),
        signed_in_as=walk.user.email if walk.user else "",
        form_targets=origin(asked.redirect_uri),
        lang=asked.locale,
    )


def _standing(walk: Walk, application: Application) -> str:
    """Certified partners show their logo; others come with a warning."""
    if not application.partner:
        users = {
            sub for client_id, sub, _ in walk.sandbox.consents if client_id == application.client_id
        }
        made = ""
        if application.created_at:
            moment = datetime.fromtimestamp(application.created_at, UTC)
            made = f" It was made on {moment:%d %B %Y}."
        return alert(
            f"This application is not by a Visma partner.{made} People who use it: {len(users)}."
        )
    logo = application.logo
    if logo is not None and logo.state == "approved":
        return f'<p><img class="logo" src="{escape(logo.picture)}" alt=""></p>'
    return "<p>By a certified Visma partner.</p>"
