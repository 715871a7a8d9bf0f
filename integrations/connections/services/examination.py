"""One visit of the doctor: the checks in order, each passing, finding something, or put off."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from integrations.connections.models import Connection
from integrations.connections.models.applications import Kind, Route
from integrations.connections.services import (
    clocks,
    companies,
    custody,
    incidents,
    quotas,
    scopes,
    standing,
    visma_clients,
)
from integrations.connections.services.custody import Access, NoAccess
from integrations.connections.services.findings import Finding, finding_of
from integrations.connections.services.reports import CHECKS
from integrations.keyring import ring
from integrations.visma import oauth, organization
from integrations.visma.errors import (
    Faulted,
    Forbidden,
    Outage,
    Throttled,
    Unauthorized,
    VismaError,
)

NO_SUCH_COMPANY = "12002"
NO_LICENCE_OR_ROLE = {NO_SUCH_COMPANY, "12027"}
UNREADABLE_WAIT = timedelta(minutes=15)


class Found(Exception):
    """Somebody has to mend this."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


class Later(Exception):
    """Nothing was learnt."""

    def __init__(self, finding: Finding, until: datetime) -> None:
        super().__init__(finding)
        self.finding = finding
        self.until = until


class Visit:
    """The checks of one connection. ``at`` is the one under way, ``offset`` Visma's clock."""

    def __init__(self, connection: Connection, *, in_background: bool, now: datetime) -> None:
        self.connection = connection
        self.in_background = in_background
        self.now = now
        self.began = time.monotonic()
        self.at = CHECKS[0]
        self.access: Access
        self.asked_anew = False
        self.offset: timedelta | None = None
        self.read_seconds: float | None = None
        grant = connection.grant
        self.kind = grant.kind if grant else connection.integration.application.kind
        self.is_service = self.kind == Kind.SERVICE
        self.steps: dict[str, Callable[[], None]] = {
            "access": self._get_access,
            "rights": self._compare_rights,
            "company": self._compare_company,
            "read": self._read,
            "name": self._name,
            "clock": self._compare_clocks,
        }

    def go(self) -> None:
        """Raises Found or Later; returns when the read over the connection's route succeeded."""
        for check in CHECKS:
            self.at = check
            self.steps[check]()

    def _get_access(self) -> None:
        """A usable token, fetched anew where it has to be."""
        try:
            self.access = custody.access_of(self.connection, now=self.now)
        except NoAccess:
            self._refresh()
        except ring.Unreadable as fault:
            raise self._unreadable(fault) from fault

    def _refresh(self) -> None:
        grant = self.connection.grant
        if grant is None:
            raise Found(Finding.CONSENT_ENDED)
        before = self.connection.problem
        self.asked_anew = custody.refresh(str(grant.pk), waits=not self.in_background, now=self.now)
        self.connection = loaded(self.connection.pk)
        try:
            self.access = custody.access_of(self.connection, now=self.now)
        except NoAccess as none:
            raise self._why_without(none, before) from none
        except ring.Unreadable as fault:
            raise self._unreadable(fault) from fault

    def _why_without(self, none: NoAccess, before: str) -> Exception:
        """What it says that no token could be had just now."""
        problem = self.connection.problem
        found = finding_of(problem)
        if none.reason == "ended":
            return Found(found or Finding.CONSENT_ENDED)
        if found and (problem != before or found in standing.MENDED_AT_VISMA):
            return Found(found)
        again = self.now + standing.LOOK_AGAIN
        if self.connection.integration.application_id in incidents.held_applications():
            return Later(Finding.APPLICATION_HELD, again)
        return Later(Finding.VISMA_DOWN, again)

    def _unreadable(self, fault: ring.Unreadable) -> Later:
        incidents.open_incident(
            "secret_unreadable",
            subject=f"connection {self.connection.pk}",
            connection=self.connection,
            application=self.connection.integration.application,
            detail=str(fault),
        )
        return Later(Finding.APPLICATION_HELD, self.now + UNREADABLE_WAIT)

    def _ask_anew(self) -> None:
        """The token is not what it should be: fetch another, once in a visit."""
        custody.mark_stale(self.access.grant_id, self.access.token_number)
        self.connection = loaded(self.connection.pk)
        self._get_access()
        self.asked_anew = True

    def _compare_rights(self) -> None:
        """Granted scopes are read back, not assumed."""
        if self._has_rights():
            return
        if self.is_service and not self.asked_anew:
            # What is asked for, or switched on, may have changed since the token was given.
            self._ask_anew()
        if not self._has_rights():
            raise Found(Finding.SCOPE_OFF if self.is_service else Finding.SCOPES_MISSING)

    def _has_rights(self) -> bool:
        grant = self.connection.grant
        granted = set(grant.scopes.split()) if grant else set()
        return granted.issuperset(scopes.needed(self.connection.integration, self.kind))

    def _compare_company(self) -> None:
        """The token must be for this company; where ids don't tell, the name has to."""
        if self.kind == Kind.VNI:
            # Each call names the company; the read tells whether the token opens it.
            return
        company = self.connection.company
        token_tenant = oauth.tenant_of(self.access.token)
        if company.visma_tenant_id and token_tenant:
            if token_tenant.lower() != str(company.visma_tenant_id):
                raise Found(Finding.WRONG_COMPANY)
            return
        if company.visma_tenant_id and self.is_service:
            return
        self._compare_name()

    def _compare_name(self) -> None:
        company = self.connection.company
        try:
            found = self._organization()
        except VismaError as error:
            raise self._meaning(error, unknown=Found(Finding.COMPANY_UNPROVEN)) from error
        if company.name and found.name.casefold() != company.name.casefold():
            raise Found(Finding.WRONG_COMPANY)

    def _read(self) -> None:
        """The read that proves the route. A 401 makes the token stale and is tried once anew."""
        try:
            self._probe()
        except Unauthorized:
            self._ask_anew()
            try:
                self._probe()
            except VismaError as error:
                raise self._meaning(error) from error
        except VismaError as error:
            raise self._meaning(error) from error

    def _probe(self) -> None:
        access, transport = self.access, visma_clients.transport()
        try:
            if access.route == Route.ERP_V1:
                probe = organization.read_erp_probe(
                    access.sales_order_url, access.token, transport, access.more
                )
            else:
                probe = organization.read_probe(access.sales_order_url, access.token, transport)
        except VismaError as error:
            quotas.note_error(
                access.application_id, access.company_key, error, self.now,
                url=access.sales_order_url,
            )  # fmt: skip
            self._note_clock(error.answered_at)
            raise
        self._note_clock(probe.answered_at)
        self.read_seconds = probe.seconds
        quotas.note(
            access.application_id, access.company_key, probe.rate_limit, None, self.now,
            url=access.sales_order_url,
        )  # fmt: skip

    def _note_clock(self, answered_at: datetime | None) -> None:
        moment = self.now + timedelta(seconds=time.monotonic() - self.began)
        self.offset = clocks.offset_of(answered_at, self.access.token, now=moment)

    def _name(self) -> None:
        """What the company is called. Not knowing it stops nothing."""
        try:
            companies.learn(self.connection.company, self._organization())
        except VismaError:
            return

    def _compare_clocks(self) -> None:
        """The read succeeded: clocks that differ are for staff, and stop no order."""
        if self.offset is not None:
            clocks.tell(self.offset, now=self.now)

    def _organization(self) -> organization.Organization:
        return companies.read_name(
            self.connection.integration.application,
            self.access.token,
            self.access.company_key,
            kind=self.kind,
            more=self.access.more,
            now=self.now,
        )

    def _meaning(self, error: VismaError, unknown: Exception | None = None) -> Exception:
        """What a failed read says about the connection."""
        match error:
            case Throttled():
                seconds = quotas.UNNAMED_WAIT if error.retry_after is None else error.retry_after
                return Later(Finding.THROTTLED, self.now + timedelta(seconds=seconds))
            case Outage():
                return Later(Finding.VISMA_DOWN, self.now + standing.LOOK_AGAIN)
            case Unauthorized():
                return Found(self._why_unauthorized(error))
            case Faulted() if error.code in NO_LICENCE_OR_ROLE:
                return Found(self._why_not_there(error.code))
            case Forbidden() if unknown is None:
                return self._why_forbidden()
            case Forbidden() | Faulted():
                return unknown or Found(Finding.FORBIDDEN)
        return unknown or Later(Finding.VISMA_DOWN, self.now + standing.LOOK_AGAIN)

    def _why_unauthorized(self, error: VismaError) -> Finding:
        if clocks.refuses_for_time(self.access.token, error.answered_at):
            if self.offset is not None:
                clocks.tell(self.offset, now=self.now)
            return Finding.CLOCKS_DIFFER
        if self.is_service and self.connection.proven_at is None:
            return Finding.CONTRACT_ID
        return Finding.TOKEN_NOT_TAKEN

    def _why_not_there(self, code: str) -> Finding:
        """12002: the company isn't among the user's. 12027: no licence, or no role in it."""
        if self.is_service and self.connection.proven_at is None:
            return Finding.CONTRACT_ID
        if code == NO_SUCH_COMPANY:
            return Finding.NO_FINANCIALS_ROLE if self.kind == Kind.VNI else Finding.NO_ROLE
        return Finding.NO_LICENCE

    def _why_forbidden(self) -> Exception:
        """Whether the person lacks the role, or Visma takes no person's token over this route."""
        if self.is_service:
            return Found(Finding.SCOPE_OFF)
        if self.kind != Kind.CONNECT or self.access.route != Route.SALESORDER_V3:
            return Found(Finding.FORBIDDEN)
        try:
            self._organization()
        except VismaError as other:
            return self._meaning(other, unknown=Found(Finding.FORBIDDEN))
        return Found(Finding.USER_NOT_TAKEN)


def loaded(pk: int) -> Connection:
    """The connection with all that a visit looks at."""
    return Connection.objects.select_related(
        "company__tenant", "integration__application", "grant__application", "grant__tenant"
    ).get(pk=pk)
