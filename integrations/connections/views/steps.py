"""The spine beside each page of a consent."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from integrations.connections.models import Invitation
from integrations.connections.models.applications import Kind
from integrations.connections.services import visma_users

INVITATION, SIGN_IN, COMPANY, CHECK, CONNECTED = range(5)


def frame(
    invitation: Invitation | None,
    here: int,
    *,
    stopped: bool = False,
    done: bool = False,
    waits: bool = False,
) -> dict[str, Any]:
    """What the layout of a consent needs. ``here`` is the step the page is about.

    ``waits``: no order goes out before somebody says yes to the company.
    """
    if invitation is None:
        return {"steps": [], "integration_name": "", "tenant_name": "", "asked_by": ""}
    by = invitation.created_by
    return {
        "steps": steps(invitation, here, stopped=stopped, done=done, waits=waits),
        "integration_name": invitation.integration.name,
        "tenant_name": invitation.tenant.name,
        "asked_by": by.get_full_name() if by is not None and by.is_staff else "",
    }


def steps(
    invitation: Invitation, here: int, *, stopped: bool, done: bool, waits: bool
) -> list[dict[str, str]]:
    labels = _labels(invitation, _("After your yes") if waits else _("Only now do orders go out"))
    state_here = "done" if done else "stopped" if stopped else "here"
    return [
        {
            "label": label,
            "state": "done" if number < here else state_here if number == here else "todo",
            "note": note if number >= here else "",
        }
        for number, label, note in labels
    ]


def _labels(invitation: Invitation, orders_go: str) -> list[tuple[int, str, str]]:
    if invitation.integration.application.kind == Kind.SERVICE:
        return [
            (INVITATION, _("Invitation"), ""),
            (SIGN_IN, _("Approve in the App Store"), _("Then paste the tenant id here")),
            (CHECK, _("We check"), _("We read one company name")),
            (CONNECTED, _("Connected"), orders_go),
        ]
    hint = visma_users.user_to_use(invitation)
    as_user = _("As %(user)s") % {"user": hint} if hint else ""
    return [
        (INVITATION, _("Invitation"), _("Two minutes, five steps")),
        (SIGN_IN, _("Sign in at Visma"), as_user),
        (COMPANY, _("Confirm the company"), ""),
        (CHECK, _("We check"), _("We read one company name")),
        (CONNECTED, _("Connected"), orders_go),
    ]
