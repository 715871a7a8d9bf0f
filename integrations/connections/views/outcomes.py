"""What came of it: connected, something in the way, or stopped."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from integrations.connections.models import Connection, Invitation
from integrations.connections.services import doctor, states, wording
from integrations.connections.services.doctor import Check
from integrations.connections.services.findings import Finding, Press, explain, finding_of
from integrations.connections.views import steps, switches

# Where the request itself is at fault. A page about what Visma or a person decided is a 200.
STATUS = {
    Finding.LINK_UNKNOWN: HTTPStatus.NOT_FOUND,
    Finding.LINK_ENDED: HTTPStatus.GONE,
    Finding.LINK_WITHDRAWN: HTTPStatus.GONE,
    Finding.LINK_REPLACED: HTTPStatus.GONE,
    Finding.LINK_SHUT: HTTPStatus.GONE,
    Finding.STATE_UNKNOWN: HTTPStatus.BAD_REQUEST,
    Finding.ANSWER_REFUSED: HTTPStatus.BAD_REQUEST,
    Finding.TOKEN_REFUSED: HTTPStatus.BAD_REQUEST,
    Finding.OTHER_BROWSER: HTTPStatus.FORBIDDEN,
    Finding.STATE_USED: HTTPStatus.GONE,
    Finding.TOO_LATE: HTTPStatus.GONE,
}


def show_stop(
    request: HttpRequest,
    finding: Finding | str,
    invitation: Invitation | None,
    *,
    at: int,
    company: str = "",
    other: str = "",
) -> HttpResponse:
    """One page for every error: what, who, how, and the press that mends it."""
    tenant = invitation.tenant.name if invitation is not None else ""
    told = explain(finding, tenant=tenant, company=company, other=other)
    return render(
        request,
        "connections/stopped.html",
        {
            "told": told,
            "invitation": invitation,
            "focus_heading": True,
            **steps.frame(invitation, at, stopped=True),
        },
        status=STATUS.get(finding_of(finding) or Finding.OUR_FAULT, HTTPStatus.OK),
    )


def show_connections(
    request: HttpRequest,
    invitation: Invitation,
    connections: list[Connection],
    *,
    look_at: str = "",
    switch_at: str = "",
) -> HttpResponse:
    """The doctor's findings, or that it works. ``look_at`` is where “Look now” posts to,
    ``switch_at`` where “Check it” does, when an approval is to take a sign-in's place."""
    broken = next((each for each in connections if each.state != "connected"), None)
    if broken is not None:
        return _show_check(request, invitation, broken, look_at=look_at, switch_at=switch_at)
    grant = connections[0].grant
    waits = any(each.confirmed_at is None for each in connections)
    return render(
        request,
        "connections/connected.html",
        {
            "invitation": invitation,
            "connections": connections,
            "first": connections[0],
            "state": states.state_of(connections[0]),
            "waits": waits,
            "rights": wording.rights_of(grant.scopes.split() if grant else []),
            "focus_heading": True,
            **steps.frame(invitation, steps.CONNECTED, done=True, waits=waits),
        },
    )


def _show_check(
    request: HttpRequest,
    invitation: Invitation,
    connection: Connection,
    *,
    look_at: str,
    switch_at: str,
) -> HttpResponse:
    report = doctor.report_of(connection)
    told = None
    if report.finding:
        told = explain(
            report.finding, tenant=invitation.tenant.name, company=str(connection.company)
        )
    return render(
        request,
        "connections/check.html",
        {
            "connection": connection,
            "state": states.state_of(connection),
            "report": report,
            "told": told,
            "checks": rows(report.checks),
            "look_at": look_at,
            # A link that has done its work leads no more to Visma; an owner's own page does.
            "may_continue": invitation.connected_at is None,
            "invitation": invitation,
            "switch_at": switch_at if told and told.press == Press.SWITCH else "",
            **switches.guidance(connection),
            "focus_heading": True,
            **steps.frame(invitation, steps.CHECK, stopped=bool(report.finding)),
        },
    )


def rows(checks: list[Check], *, brief: bool = False) -> list[dict[str, Any]]:
    """The doctor's checks as the check list takes them.

    ``brief`` where what, who and how of the failing one stand on the page already.
    """
    sentences = {
        "access": _("Visma lets us in"),
        "rights": _("Make and read sales orders is allowed"),
        "company": _("The access is for this company"),
        "read": _("We can read in the company"),
        "name": _("We can read the company’s name"),
        "clock": _("Our clock and Visma’s agree"),
    }
    return [
        {
            "state": _shown(check),
            "sentence": sentences[check.code],
            **(_told(check) if check.warns or not brief else {}),
            **({"result": check.result} if check.passed or check.warns else {}),
        }
        for check in checks
    ]


def _told(check: Check) -> dict[str, str]:
    what = "" if check.passed or check.warns else check.result
    return {"what": what, "who": check.who, "how": check.how}


def _shown(check: Check) -> str:
    if check.passed is None:
        return "waits"
    if not check.passed:
        return "failed"
    return "warned" if check.warns else "passed"
