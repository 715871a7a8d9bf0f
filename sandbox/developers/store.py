"""Publishing to the App Store, and the codes by which customers find the application."""

from __future__ import annotations

import random
from html import escape

from sandbox.developers.apis import permission_of
from sandbox.developers.applications import application_page
from sandbox.developers.desk import Desk, address_of
from sandbox.developers.logos import stand_in
from sandbox.developers.registration import is_web_address
from sandbox.http import Response, redirect
from sandbox.mails import moment, send_mail
from sandbox.pages import alert, badge, button_link, choice, field, form, hidden, press, table
from sandbox.world.apis import APIS
from sandbox.world.applications import Application, CodeUse, InvitationCode

TAB = "store"
DAY = 24 * 3600
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
ADDRESSES = {
    "privacy_uri": "Privacy policy URI",
    "terms_uri": "Terms of service URI",
    "website_uri": "Developer website URI",
}


def show_store(desk: Desk, application: Application) -> Response:
    return _page(desk, application)


def publish(desk: Desk, application: Application) -> Response:
    """Invite only is published at once; for everybody, Visma looks at it first."""
    given = {name: value.strip() for name, value in desk.request.form.items()}
    faults = _lacks(desk, application) + [
        f"{label} is an address that begins with https://"
        for name, label in ADDRESSES.items()
        if not is_web_address(given.get(name, ""))
    ]
    if given.get("audience") not in {"public", "invite_only"}:
        faults.append("Choose who can find the application.")
    if faults:
        return _page(desk, application, given, faults)
    for name in ADDRESSES:
        setattr(application, name, given[name])
    was_reviewed = application.audience == "public" and application.store == "published"
    application.audience = "public" if given["audience"] == "public" else "invite_only"
    waits = application.audience == "public" and not was_reviewed
    application.store = "in_review" if waits else "published"
    return redirect(address_of(application, TAB))


def review(desk: Desk, application: Application) -> Response:
    """What people at Visma do with an application for everybody."""
    decision = desk.request.form.get("decision")
    if application.store == "in_review" and decision in {"approved", "rejected"}:
        application.store = "published" if decision == "approved" else "unpublished"
        send_mail(
            desk.sandbox,
            application.owner,
            f"{application.name} is {decision} for the App Store",
            f"Visma has {decision} {application.name} for the App Store.",
        )
    return redirect(address_of(application, TAB))


def unpublish(desk: Desk, application: Application) -> Response:
    application.store = "unpublished"
    return redirect(address_of(application, TAB))


def ask_code(desk: Desk, application: Application) -> Response:
    content = (
        "<p>Share the code with a customer. It leads them to the application in the App Store.</p>"
        + form(
            address_of(application, "codes"),
            field("Short description", "description", more="required"),
            press("Generate"),
            button_link("Cancel", address_of(application, TAB), quiet=True),
        )
    )
    return application_page(desk, application, f"<h2>New invitation code</h2>{content}", tab=TAB)


def generate_code(desk: Desk, application: Application) -> Response:
    switches = desk.sandbox.switches
    if application.store == "published":
        code = InvitationCode(
            code=_drawn_code(desk.sandbox.random),
            client_id=application.client_id,
            expires_at=desk.now + switches.invitation_days * DAY,
            single_use=switches.invitation_single_use,
            description=desk.request.form.get("description", "").strip(),
        )
        desk.sandbox.world.invitation_codes[code.code] = code
    return redirect(address_of(application, TAB))


def withdraw_code(desk: Desk, application: Application) -> Response:
    code = desk.sandbox.world.invitation_codes.get(desk.request.form.get("code", ""))
    if code is not None and code.client_id == application.client_id:
        code.withdrawn = True
    return redirect(address_of(application, TAB))


def _drawn_code(chance: random.Random) -> str:
    letters = "".join(chance.choices(LETTERS, k=12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _lacks(desk: Desk, application: Application) -> list[str]:
    """What must be there before the App Store takes the application, and isn't."""
    lacks = []
    if application.logo is None or application.logo.state != "approved":
        lacks.append("Visma has to approve a logo first.")
    if not _has_integration(desk, application):
        lacks.append(
            "An integration with a tenant based API that works without a person has to be "
            "approved first."
        )
    return lacks


def _has_integration(desk: Desk, application: Application) -> bool:
    return application.kind != "spa" and any(
        one.state == "approved"
        and APIS[one.api].tenant_based
        and permission_of(desk.sandbox, APIS[one.api]) != "Interactive"
        for one in application.integrations
    )


def _page(
    desk: Desk,
    application: Application,
    given: dict[str, str] | None = None,
    faults: list[str] | None = None,
) -> Response:
    shown = _lacks(desk, application) if faults is None else faults
    content = "".join(alert(fault) for fault in shown) + _form(application, given)
    if application.store == "in_review":
        sentence = "Visma looks at applications that everybody can find."
        content = stand_in(sentence, address_of(application, "store/review")) + content
    if application.store != "unpublished":
        action = address_of(application, "store/unpublish")
        content += form(action, press("Take it out of the App Store", quiet=True))
    if application.store == "published":
        content += _codes(desk, application)
    return application_page(desk, application, content, tab=TAB)


def _form(application: Application, given: dict[str, str] | None) -> str:
    audience = given.get("audience", "") if given is not None else application.audience
    return (
        "<h2>Publish to the App Store</h2>"
        f"<p>{escape(application.name)}<br>{escape(application.description)}</p>"
        + form(
            address_of(application, TAB),
            *(
                field(
                    label,
                    name,
                    value=given.get(name, "") if given is not None else getattr(application, name),
                    kind="url",
                    more="required",
                )
                for name, label in ADDRESSES.items()
            ),
            "<fieldset><legend>Audience</legend>"
            + choice(
                "Publicly available",
                "audience",
                "public",
                note="Everybody finds it, once Visma has looked at it.",
                checked=audience == "public",
            )
            + choice(
                "Invite only",
                "audience",
                "invite_only",
                note="Only with an invitation code.",
                checked=audience == "invite_only",
            )
            + "</fieldset>",
            press("Save"),
        )
    )


def _codes(desk: Desk, application: Application) -> str:
    rows = [
        (
            f'<code class="copy">{escape(one.code)}</code><small>{escape(one.description)}</small>',
            moment(one.expires_at),
            _state(desk, one),
            "<br>".join(_use(desk, use) for use in one.uses),
            _withdrawal(application, one),
        )
        for one in desk.sandbox.world.invitation_codes.values()
        if one.client_id == application.client_id
    ]
    listed = table("Invitation codes", ("Code", "Expires", "Status", "Used by", "Action"), rows)
    return (
        "<h2>Invitation codes</h2>"
        + button_link("Add new code", address_of(application, "codes/new"), quiet=True)
        + (listed if rows else "<p>None yet.</p>")
    )


def _state(desk: Desk, code: InvitationCode) -> str:
    if code.withdrawn:
        return badge("Withdrawn", "bad")
    if code.single_use and code.uses:
        return badge("Used")
    if code.expires_at < desk.now:
        return badge("Expired", "bad")
    return badge("Used, still open" if code.uses else "Open", "good")


def _use(desk: Desk, use: CodeUse) -> str:
    name = desk.sandbox.world.tenant_name(use.tenant_id) or use.tenant_id
    return f"{escape(name)}<small>{escape(use.email)}, {moment(use.at)}</small>"


def _withdrawal(application: Application, code: InvitationCode) -> str:
    if code.withdrawn:
        return ""
    action = address_of(application, "codes/withdraw")
    return form(action, hidden("code", code.code), press("Withdraw", quiet=True))
