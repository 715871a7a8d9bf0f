"""The ordered checks after a connection is made or breaks.

Each names what is wrong and who must act. Only a read that succeeded over the connection's own
route makes it connected; an outage or a throttle changes nothing but when to look again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from integrations.connections.models import Connection
from integrations.connections.models.applications import Kind, Route
from integrations.connections.services import (
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
from integrations.connections.services.reports import (
    CHECKS,
    Check,
    Report,
    all_well,
    not_looked,
    report_of,
    stopped_at,
)
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

__all__ = ["Check", "Report", "examine", "report_of"]
NO_SUCH_COMPANY = "12002"
NO_LICENCE_OR_ROLE = {NO_SUCH_COMPANY, "12027"}


class _Found(Exception):
    """Somebody has to mend this."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


class _Later(Exception):
    """Nothing was learnt."""

    def __init__(self, finding: Finding, until: datetime) -> None:
        super().__init__(finding)
        self.finding = finding
        self.until = until


def examine(connection: Connection, *, now: datetime) -> Report:
    """Look at a connection in whatever state, write what was found, and report."""
    connection = _loaded(connection.pk)
    if connection.state == Connection.State.DISCONNECTED:
        return not_looked()
    visit = _Visit(connection, now)
    closed = quotas.closed_until(
        connection.integration.application_id, connection.company.visma_key
    )
    if closed is not None and closed > now:
        standing.wait(connection, until=closed)
        return stopped_at(connection, "read", Finding.THROTTLED, until=closed)
    try:
        for check in CHECKS:
            visit.at = check
            visit.steps[check]()
    except _Found as found:
        standing.find_broken(connection, found.finding, now=now)
        return stopped_at(connection, visit.at, found.finding)
    except _Later as later:
        standing.wait(connection, until=later.until)
        return stopped_at(connection, visit.at, later.finding, until=later.until)
    standing.prove(connection, now=now)
    return all_well()


class _Visit:
    """One examination: the steps in order, each passing or raising."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.at = CHECKS[0]
        self.access: Access
        grant = connection.grant
        self.kind = grant.kind if grant else connection.integration.application.kind
        self.is_service = self.kind == Kind.SERVICE
        self.steps: dict[str, Callable[[], None]] = {
            "access": self._get_access,
            "rights": self._compare_rights,
            "company": self._compare_company,
            "read": self._read,
            "name": self._name,
        }

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
            raise _Found(Finding.CONSENT_ENDED)
        before = self.connection.problem
        custody.refresh(str(grant.pk), now=self.now)
        self.connection = _loaded(self.connection.pk)
        try:
            self.access = custody.access_of(self.connection, now=self.now)
        except NoAccess as none:
            problem = self.connection.problem
            found = finding_of(problem)
            if none.reason == "ended":
                raise _Found(found or Finding.CONSENT_ENDED) from none
            if found and (problem != before or found in standing.MENDED_AT_VISMA):
                raise _Found(found) from none
            raise _Later(Finding.VISMA_DOWN, self.now + standing.LOOK_AGAIN) from none
        except ring.Unreadable as fault:
            raise self._unreadable(fault) from fault

    def _unreadable(self, fault: ring.Unreadable) -> _Later:
        application = self.connection.integration.application
        incidents.open_incident(
            "secret_unreadable",
            subject=f"connection {self.connection.pk}",
            connection=self.connection,
            application=application,
            detail=str(fault),
        )
        return _Later(Finding.OUR_FAULT, self.now + timedelta(minutes=15))

    def _compare_rights(self) -> None:
        """Granted scopes are read back, not assumed."""
        grant = self.connection.grant
        granted = set(grant.scopes.split()) if grant else set()
        if not granted.issuperset(scopes.needed(self.connection.integration, self.kind)):
            raise _Found(Finding.SCOPE_OFF if self.is_service else Finding.SCOPES_MISSING)

    def _compare_company(self) -> None:
        """The token must be for this company; where ids don't tell, the name has to."""
        if self.kind == Kind.VNI:
            # Each call names the company; the read tells whether the token opens it.
            return
        company = self.connection.company
        token_tenant = oauth.tenant_of(self.access.token)
        if company.visma_tenant_id and token_tenant:
            if token_tenant.lower() != str(company.visma_tenant_id):
                raise _Found(Finding.WRONG_COMPANY)
            return
        if company.visma_tenant_id and self.is_service:
            return
        self._compare_name()

    def _compare_name(self) -> None:
        company = self.connection.company
        try:
            found = self._organization()
        except VismaError as error:
            raise self._meaning(error, unknown=_Found(Finding.COMPANY_UNPROVEN)) from error
        if company.name and found.name.casefold() != company.name.casefold():
            raise _Found(Finding.WRONG_COMPANY)

    def _read(self) -> None:
        """The read that proves the route. A 401 makes the token stale and is tried once anew."""
        try:
            self._probe()
        except Unauthorized:
            custody.mark_stale(self.access.grant_id, self.access.token_number)
            self.connection = _loaded(self.connection.pk)
            self._get_access()
            try:
                self._probe()
            except VismaError as error:
                raise self._meaning(error) from error
        except Forbidden as error:
            raise self._why_forbidden(error) from error
        except VismaError as error:
            raise self._meaning(error) from error

    def _why_forbidden(self, error: Forbidden) -> Exception:
        """Whether the person lacks the role, or Visma takes no person's token over this route."""
        if self.kind != Kind.CONNECT or self.access.route != Route.SALESORDER_V3:
            return self._meaning(error)
        try:
            self._organization()
        except VismaError as other:
            return self._meaning(other, unknown=_Found(Finding.FORBIDDEN))
        return _Found(Finding.USER_NOT_TAKEN)

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
            quotas.note_error(access.application_id, access.company_key, error, self.now)
            raise
        quotas.note(access.application_id, access.company_key, probe.rate_limit, None, self.now)

    def _name(self) -> None:
        """What the company is called. Not knowing it stops nothing."""
        try:
            companies.learn(self.connection.company, self._organization())
        except VismaError:
            return

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
                return _Later(Finding.THROTTLED, self.now + timedelta(seconds=seconds))
            case Outage():
                return _Later(Finding.VISMA_DOWN, self.now + standing.LOOK_AGAIN)
            case Unauthorized():
                return _Found(Finding.CONTRACT_ID if self.is_service else Finding.TOKEN_NOT_TAKEN)
            case Faulted() if error.code == NO_SUCH_COMPANY and self.kind == Kind.VNI:
                return _Found(Finding.NO_FINANCIALS_ROLE)
            case Faulted() if error.code in NO_LICENCE_OR_ROLE:
                return _Found(Finding.CONTRACT_ID if self.is_service else Finding.NO_ROLE)
            case Forbidden() | Faulted():
                return unknown or _Found(Finding.FORBIDDEN)
        return unknown or _Later(Finding.VISMA_DOWN, self.now + standing.LOOK_AGAIN)


def _loaded(pk: int) -> Connection:
    return Connection.objects.select_related(
        "company__tenant", "integration__application", "grant__application", "grant__tenant"
    ).get(pk=pk)
