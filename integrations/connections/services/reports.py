"""What the doctor reports, and how it reads later from what was written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from integrations.connections.models import Connection
from integrations.connections.services import clocks
from integrations.connections.services.findings import (
    Explanation,
    Finding,
    explain,
    finding_of,
)

CHECKS = ["access", "rights", "company", "read", "name", "clock"]
FAILS_AT = {
    Finding.CONSENT_ENDED: "access",
    Finding.REFRESH_LOST: "access",
    Finding.FINISH_CONSENT: "access",
    Finding.SUPERSEDED: "access",
    Finding.NOT_APPROVED: "access",
    Finding.APPROVAL_WITHDRAWN: "access",
    Finding.NO_ROLE: "access",
    Finding.SCOPES_MISSING: "rights",
    Finding.SCOPE_OFF: "rights",
    Finding.WRONG_COMPANY: "company",
    Finding.COMPANY_UNPROVEN: "company",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``passed`` None: not looked at, since one before it failed.

    ``who`` must act, ``how``, and ``result`` says what was found, all in the reader's language.
    ``warns``: it passed, and somebody should know of it all the same.
    """

    code: str
    passed: bool | None
    who: str = ""
    result: str = ""
    how: str = ""
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """``well``: the read succeeded. ``finding`` is empty then; ``until`` is when to look again."""

    checks: list[Check]
    well: bool
    finding: str = ""
    until: datetime | None = None


def all_well(
    connection: Connection, *, offset: timedelta | None = None, seconds: float | None = None
) -> Report:
    """Everything passed; the clocks may differ all the same."""
    grant = connection.grant
    results = {
        "rights": _count_of(grant.scopes.split()) if grant else "",
        "read": _("%(seconds)s s") % {"seconds": number_format(seconds, 1)} if seconds else "",
        "name": str(connection.company),
    }
    checks = [Check(code, True, result=results.get(code, "")) for code in CHECKS[:-1]]
    return Report([*checks, _clock_check(offset)], well=True)


def not_looked(until: datetime | None = None) -> Report:
    return Report([Check(code, None) for code in CHECKS], well=False, until=until)


def throttled(connection: Connection, until: datetime) -> Report:
    """Nothing was asked: the allowance is spent, or its rest is kept for a person."""
    told = _explained(connection, Finding.THROTTLED)
    checks = [
        Check(code, False, told.who, told.what, told.how) if code == "read" else Check(code, None)
        for code in CHECKS
    ]
    return Report(checks, well=False, finding=Finding.THROTTLED, until=until)


def stopped_at(
    connection: Connection, at: str, finding: Finding | str, *, until: datetime | None = None
) -> Report:
    """The checks before passed, this one found something, the rest was not looked at."""
    told = _explained(connection, finding)
    position = CHECKS.index(at)
    checks = [Check(code, True) for code in CHECKS[:position]]
    checks.append(Check(at, False, told.who, told.what, told.how))
    checks += [Check(code, None) for code in CHECKS[position + 1 :]]
    return Report(checks, well=False, finding=str(finding), until=until)


def report_of(connection: Connection) -> Report:
    """The last visit again, from what was written down."""
    if connection.state == Connection.State.CONNECTED:
        return all_well(connection, offset=connection.clock_offset)
    finding = finding_of(connection.problem)
    if finding is None:
        return not_looked(connection.look_again_at)
    at = FAILS_AT.get(finding, "read")
    return stopped_at(connection, at, finding, until=connection.look_again_at)


def _explained(connection: Connection, finding: Finding | str) -> Explanation:
    company = connection.company
    return explain(finding, tenant=company.tenant.name, company=str(company))


def _clock_check(offset: timedelta | None) -> Check:
    """Clocks that differ stop no order: the read succeeded. They stop sign-ins, in the end."""
    if offset is None:
        return Check("clock", None)
    seconds = abs(round(offset.total_seconds()))
    apart = ngettext("%(n)d s apart", "%(n)d s apart", seconds) % {"n": seconds}
    if not clocks.is_off(offset):
        return Check("clock", True, result=apart)
    breaks = clocks.breaks_tokens(offset)
    return Check(
        "clock",
        passed=not breaks,
        warns=True,
        result=apart,
        who=_("%(vendor)s.") % {"vendor": settings.VENDOR_NAME},
        how=_("We have been told. Orders go out; a new sign-in may be turned away until then.")
        if breaks
        else _("We have been told. Orders and sign-ins go on."),
    )


def _count_of(scopes: list[str]) -> str:
    number = len(scopes)
    return ngettext("%(n)d scope", "%(n)d scopes", number) % {"n": number}
