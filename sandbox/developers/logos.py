"""An application's logo: uploaded here, and approved by people at Visma."""

from __future__ import annotations

import base64
from html import escape

from sandbox.developers.desk import Desk, address_of
from sandbox.http import Response, redirect
from sandbox.mails import send_mail
from sandbox.pages import badge, form, press
from sandbox.uploads import uploaded_file
from sandbox.world.applications import Application, Logo

LARGEST = 100_000
SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
LOOKS = {"pending": "pending", "approved": "good", "rejected": "bad"}


def upload_logo(desk: Desk, application: Application) -> Response:
    """Take a PNG or JPEG; it waits for Visma whatever was there before."""
    content = uploaded_file(desk.request, "logo")
    kind = next((kind for start, kind in SIGNATURES.items() if content.startswith(start)), None)
    if kind is None or len(content) > LARGEST:
        return desk.page(
            "This file can't be a logo",
            "<p>Choose a PNG or JPEG of up to 100 kB.</p>"
            f'<p><a href="{address_of(application)}">Back to {escape(application.name)}</a></p>',
        )
    picture = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    application.logo = Logo(picture)
    return redirect(address_of(application))


def decide_logo(desk: Desk, application: Application) -> Response:
    """What people at Visma do; the developer hears of it by mail."""
    decision = desk.request.form.get("decision")
    if application.logo is not None and decision in {"approved", "rejected"}:
        application.logo.state = "approved" if decision == "approved" else "rejected"
        send_mail(
            desk.sandbox,
            application.owner,
            f"The logo of {application.name} is {decision}",
            f"Visma has {decision} the logo of {application.name}.",
        )
    return redirect(address_of(application))


def picture(application: Application) -> str:
    if application.logo is None:
        return ""
    return f'<img class="logo" alt="" src="{escape(application.logo.picture)}">'


def logo_part(application: Application) -> str:
    """The logo with its state, a form for another one, and the stand-in for Visma."""
    state = badge("None")
    if application.logo is not None:
        state = badge(application.logo.state.capitalize(), LOOKS[application.logo.state])
    upload = (
        f'<form method="post" action="{address_of(application, "logo")}" '
        'enctype="multipart/form-data"><div class="field">'
        '<label for="logo">Upload a logo</label><small id="logo-note">PNG or JPEG, up to 100 kB. '
        "The App Store wants one that Visma has approved.</small>"
        '<input id="logo" name="logo" type="file" accept="image/png,image/jpeg" required '
        f'aria-describedby="logo-note"></div>{press("Upload", quiet=True)}</form>'
    )
    decision = ""
    if application.logo is not None and application.logo.state == "pending":
        action = address_of(application, "logo/decision")
        decision = stand_in("The logo waits for people at Visma.", action)
    return f"<h2>Logo</h2><p>{picture(application)} {state}</p>{decision}{upload}"


def stand_in(
    sentence: str, action: str, yes: str = "Approve as Visma", no: str = "Reject as Visma"
) -> str:
    """Buttons for a decision that people at Visma make."""
    return (
        f'<div class="stand-in"><p>{escape(sentence)} Here you decide in their place.</p>'
        + form(
            action,
            press(yes, name="decision", value="approved"),
            press(no, name="decision", value="rejected", quiet=True) if no else "",
        )
        + "</div>"
    )
