"""What the doctor reports, and how it reads later from what was written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from integrations.connections.models import Connection
from integrations.connections.services.findings import Finding, explain, finding_of

CHECKS = ["access", "rights", "company", "read", "name"]
FAILS_AT = {
    Finding.CONSENT_ENDED: "access",
    Finding.REFRESH_LOST: "access",
    Finding.FINISH_CONSENT: "access",
    Finding.SUPERSEDED: "access",
    Finding.NOT_APPROVED: "access",
    Finding.SCOPES_MISSING: "rights",
    Finding.SCOPE_OFF: "rights",
    Finding.WRONG_COMPANY: "company",
    Finding.COMPANY_UNPROVEN: "company",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``passed`` None: not looked at, since one before it failed.

    ``who`` must act and ``result`` says what was found, both in the reader's language.
    """

    code: str
    passed: bool | None
    who: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """``well``: the read succeeded. ``finding`` is empty then; ``until`` is when to look again."""

    checks: list[Check]
    well: bool
    finding: str = ""
    until: datetime | None = None


def all_well() -> Report:
    return Report([Check(code, True) for code in CHECKS], well=True)


def not_looked(until: datetime | None = None) -> Report:
    return Report([Check(code, None) for code in CHECKS], well=False, until=until)


def stopped_at(
    connection: Connection, at: str, finding: Finding, *, until: datetime | None = None
) -> Report:
    """The checks before passed, this one found something, the rest was not looked at."""
    told = explain(finding, tenant=connection.company.tenant.name, company=str(connection.company))
    position = CHECKS.index(at)
    checks = [Check(code, True) for code in CHECKS[:position]]
    checks.append(Check(at, False, who=told.who, result=told.what))
    checks += [Check(code, None) for code in CHECKS[position + 1 :]]
    return Report(checks, well=False, finding=finding, until=until)


def report_of(connection: Connection) -> Report:
    """The last visit again, from what was written down."""
    if connection.state == Connection.State.CONNECTED:
        return all_well()
    finding = finding_of(connection.problem)
    if finding is None:
        return not_looked(connection.look_again_at)
    at = FAILS_AT.get(finding, "read")
    return stopped_at(connection, at, finding, until=connection.look_again_at)
