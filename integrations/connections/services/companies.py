"""Which companies a consent reaches, and which of ours they are."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations.connections.models import Application, Company
from integrations.connections.models.applications import Kind
from integrations.connections.services import quotas, visma_clients
from integrations.connections.services.findings import Finding
from integrations.tenants.models import Tenant
from integrations.visma import context, organization, vni
from integrations.visma.context import ContextCompany
from integrations.visma.errors import Faulted, VismaError
from integrations.visma.organization import Organization

# A call each; in longer lists only the names are shown.
NUMBERED = 20


class NoCompany(Exception):
    """The consent reaches no company we could name or tell apart."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Candidate:
    """A company as Visma showed it. At least one of the two ids is known.

    ``verified``: the ERP itself said the name under this token. ``locked``: the token is for
    another company, so this one can't be chosen now.
    """

    visma_tenant_id: str = ""
    context_id: str = ""
    name: str = ""
    number: str = ""
    currency: str = ""
    verified: bool = False
    locked: bool = False

    @property
    def key(self) -> str:
        return self.visma_tenant_id or f"context-{self.context_id}"

    @property
    def label(self) -> str:
        return self.name or self.visma_tenant_id or self.context_id


def candidates(
    application: Application, token: str, visma_tenant_id: UUID | None, *, now: datetime
) -> list[Candidate]:
    """Ask Visma which companies a new token reaches. Raises NoCompany.

    From the context endpoint where the deployment names one for the kind, else from the token's
    tenant and the organization.
    """
    if application.kind == Kind.VNI:
        return _of_vni(token)
    own = _own(application, token, visma_tenant_id, now=now)
    listed = _listed(application.kind, token)
    if listed is None:
        if not own.visma_tenant_id:
            raise NoCompany(Finding.COMPANY_UNPROVEN)
        return [own]
    if not listed:
        raise NoCompany(Finding.NO_COMPANY)
    return _merged(own, listed)


def as_stored(found: list[Candidate]) -> list[dict[str, Any]]:
    return [asdict(candidate) for candidate in found]


def as_read(rows: list[dict[str, Any]]) -> list[Candidate]:
    return [Candidate(**row) for row in rows]


def known(tenant: Tenant, candidate: Candidate) -> Company | None:
    """The tenant's company that this is. Visma's tenant id decides where it is there."""
    companies = Company.objects.filter(tenant=tenant)
    if candidate.visma_tenant_id:
        found = companies.filter(visma_tenant_id=candidate.visma_tenant_id).first()
        if found is not None or not candidate.context_id:
            return found
        return companies.filter(visma_tenant_id=None, context_id=candidate.context_id).first()
    return companies.filter(context_id=candidate.context_id).first()


def is_same(company: Company, candidate: Candidate) -> bool:
    """Whether Visma's ids say that both are one company."""
    if company.visma_tenant_id and candidate.visma_tenant_id:
        return str(company.visma_tenant_id) == candidate.visma_tenant_id
    return bool(company.context_id) and company.context_id == candidate.context_id


def keep(tenant: Tenant, candidate: Candidate, *, number_given: str = "") -> Company:
    """Store what is known of the company; a number a person gave stays unverified."""
    company = known(tenant, candidate) or Company(tenant=tenant)
    if candidate.visma_tenant_id:
        company.visma_tenant_id = UUID(candidate.visma_tenant_id)
    company.context_id = candidate.context_id or company.context_id
    if candidate.name and (candidate.verified or not company.name_verified):
        company.name, company.name_verified = candidate.name, candidate.verified
    if candidate.number or not company.number:
        company.number = candidate.number or number_given[:60]
    company.currency = candidate.currency or company.currency
    company.save()
    return company


def learn(company: Company, found: Organization) -> None:
    """Write down what the ERP says the company is called."""
    company.name = found.name or company.name
    company.name_verified = bool(found.name) or company.name_verified
    company.number = found.number[:60] or company.number
    company.currency = found.currency[:5] or company.currency
    company.save(update_fields=["name", "name_verified", "number", "currency"])


def read_name(
    application: Application,
    token: str,
    company_key: str,
    *,
    kind: str = "",
    more: tuple[str, ...] = (),
    now: datetime,
) -> Organization:
    """Ask the ERP which company a token is for, and keep what it says of the quota.

    ``kind`` is the grant's, where it isn't the application's own; ``more`` are the header
    lines that name the company. Raises what ``organization.read_organization`` raises.
    """
    url = visma_clients.organization_url(kind or application.kind)
    try:
        found = organization.read_organization(url, token, visma_clients.transport(), more)
    except VismaError as error:
        quotas.note_error(application.pk, company_key, error, now, url=url)
        raise
    quotas.note(application.pk, company_key, found.rate_limit, None, now, url=url)
    return found


def _own(
    application: Application, token: str, visma_tenant_id: UUID | None, *, now: datetime
) -> Candidate:
    """The company the token itself speaks for, by name where the ERP says it."""
    own = Candidate(visma_tenant_id=str(visma_tenant_id or ""))
    try:
        found = read_name(application, token, str(visma_tenant_id or "unknown"), now=now)
    except Faulted as fault:
        raise NoCompany(Finding.NO_ROLE) from fault
    except VismaError:
        return own
    return replace(
        own,
        name=found.name,
        number=found.number[:60],
        currency=found.currency[:5],
        verified=bool(found.name),
    )


def _of_vni(token: str) -> list[Candidate]:
    """A VNI token reaches every company in which its user has a Financials role."""
    listed = _listed(Kind.VNI, token) or []
    if not listed:
        raise NoCompany(Finding.NO_FINANCIALS_ROLE)
    if not all(str(each.id).isascii() and str(each.id).isdigit() for each in listed):
        raise NoCompany(Finding.VISMA_DOWN)
    return [
        Candidate(
            context_id=str(each.id)[:40],
            name=each.name,
            number=_number(str(each.id), token) if len(listed) <= NUMBERED else "",
            verified=bool(each.name),
        )
        for each in listed
    ]


def _number(context_id: str, token: str) -> str:
    """The organisation number, for the person to tell companies of one name apart."""
    url = visma_clients.context_url(Kind.VNI)
    try:
        return vni.company_number(url, context_id, token, visma_clients.transport())
    except VismaError:
        return ""


def _listed(kind: str, token: str) -> list[ContextCompany] | None:
    """What the context endpoint lists; None where the deployment has none."""
    url = visma_clients.context_url(kind)
    if not url:
        return None
    try:
        return context.list_companies(url, token, visma_clients.transport())
    except VismaError as fault:
        raise NoCompany(Finding.VISMA_DOWN) from fault


def _merged(own: Candidate, listed: list[ContextCompany]) -> list[Candidate]:
    """Tell which listed company the token is for; orders would land there whatever was picked."""
    found = [Candidate(context_id=str(each.id)[:40], name=each.name) for each in listed]
    if len(found) == 1:
        return [replace(own, context_id=found[0].context_id, name=own.name or found[0].name)]
    if not own.name:
        return found
    same = [each for each in found if each.name.casefold() == own.name.casefold()]
    if len(same) != 1:
        locked = [replace(each, locked=True) for each in found]
        return [own, *locked] if own.visma_tenant_id else found
    return [
        replace(own, context_id=each.context_id) if each is same[0] else replace(each, locked=True)
        for each in found
    ]
