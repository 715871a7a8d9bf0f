"""Many companies of one tenant and integration: a list that is worked through and gone on with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Max, QuerySet

from integrations.audit.services import record
from integrations.connections.models import Integration, Invitation, ListedCompany
from integrations.connections.models.applications import Kind
from integrations.connections.services import company_rows, delegation, invitations
from integrations.connections.services.company_rows import GivenCompany
from integrations.tenants.models import Tenant, User
from integrations.tenants.services import may_act

MOST_ROWS = 2_000
# A row's link lives as long as a link may; the list itself has no end.
LIFE = timedelta(days=14)
Fault = ListedCompany.Fault


class TooMany(Exception):
    """The list would be longer than it may be."""


@transaction.atomic
def add(
    tenant: Tenant,
    integration: Integration,
    given: Iterable[GivenCompany],
    *,
    by: User,
    now: datetime,
) -> list[ListedCompany]:
    """Put rows at the end of the list, faulty ones too, and each says what is wrong with it.

    Kind ``service``: the good ones are due to be looked at. Raises TooMany.
    """
    Tenant.objects.select_for_update().get(pk=tenant.pk)
    listed = ListedCompany.objects.filter(tenant=tenant, integration=integration)
    last = listed.aggregate(last=Max("position"))["last"] or 0
    given = list(given)
    if listed.count() + len(given) > MOST_ROWS:
        raise TooMany
    rows = [
        ListedCompany(
            tenant=tenant,
            integration=integration,
            position=last + number,
            name=each.name[:255],
            number=each.number[:60],
            email=each.email[:254],
            given_id=each.given_id[:80],
            visma_tenant_id=company_rows.tenant_id(each.given_id),
            added_by=by,
        )
        for number, each in enumerate(given, 1)
    ]
    _judge(integration, rows, _first_positions(listed), now=now)
    ListedCompany.objects.bulk_create(rows)
    if rows:
        facts = {"integration": integration.slug, "rows": len(rows), "by": by.pk}
        record(tenant, "companies.listed", facts=facts, now=now)
    return rows


@transaction.atomic
def correct(row: ListedCompany, given_id: str, *, by: User, now: datetime) -> ListedCompany:
    """Write another tenant id into a row that is not connected, and look at it."""
    row = ListedCompany.objects.select_for_update().get(pk=row.pk)
    if row.connection_id is not None:
        return row
    row.given_id, row.visma_tenant_id = given_id[:80], company_rows.tenant_id(given_id)
    row.fault, row.same_as, row.finding, row.looks, row.looked_at = "", None, "", 0, None
    row.added_by = by
    others = ListedCompany.objects.filter(tenant=row.tenant, integration=row.integration)
    _judge(row.integration, [row], _first_positions(others.exclude(pk=row.pk)), now=now)
    row.save()
    return row


@transaction.atomic
def look_again(tenant: Tenant, integration: Integration, *, now: datetime) -> int:
    """Let all rows that could not be connected be looked at now; how many."""
    rows = ListedCompany.objects.filter(
        tenant=tenant, integration=integration, fault="", connection=None
    ).exclude(visma_tenant_id=None)
    if integration.application.kind != Kind.SERVICE:
        return 0
    return rows.exclude(finding="").update(due_at=now, looks=0)


@transaction.atomic
def take_out(row: ListedCompany, *, by: User, now: datetime) -> None:
    """Take a row off the list. A company that is connected stays connected."""
    if row.invitation is not None:
        invitations.withdraw(row.invitation, by=by, now=now)
    row.delete()


def invite(row: ListedCompany, *, by: User, language: str, now: datetime) -> bool:
    """Mail whoever signs in for this row a link of its own. False: the row has no address."""
    if not row.email or row.fault or row.connection_id is not None:
        return False
    with transaction.atomic():
        invitation, token = _invitation(row, by=by, language=language, now=now)
        if not token:
            token = invitations.renew(invitation, by=by, now=now)
        invitations.mail(invitation, token)
    return True


def begin_here(row: ListedCompany, *, by: User, language: str, now: datetime) -> str:
    """The token of a link by which this browser goes to Visma for this row.

    A link that was mailed for the row stays good.
    """
    with transaction.atomic():
        invitation, token = _invitation(row, by=by, language=language, now=now)
        return token or delegation.open_here(invitation)


def invitation_for_look(row: ListedCompany, *, now: datetime) -> tuple[Invitation, User | None]:
    """The invitation a pasted id is looked at with, and who stands for it, if they still may."""
    by = row.added_by
    if by is not None and not (by.is_active and may_act(by, row.tenant)):
        by = None
    invitation, _token = _invitation(row, by=by, language=row.tenant.language, now=now)
    return invitation, by


def _invitation(
    row: ListedCompany, *, by: User | None, language: str, now: datetime
) -> tuple[Invitation, str]:
    """The row's living invitation; its token only if it was made just now."""
    former = row.invitation
    if former is not None:
        try:
            invitations.check_open(former, now=now)
        except invitations.NotOpen:
            pass
        else:
            return former, ""
    signs_in = row.integration.application.kind != Kind.SERVICE
    invitation, token = invitations.make(
        row.tenant,
        row.integration,
        email=row.email if signs_in else "",
        language=language,
        by=by,
        life=LIFE,
        # Whoever signs in proves to have the company; a pasted id proves nothing.
        expected_visma_tenant_id=row.visma_tenant_id if signs_in else None,
        expected_number=row.number if signs_in else "",
        now=now,
    )
    row.invitation = invitation
    row.save(update_fields=["invitation"])
    return invitation, token


def _judge(
    integration: Integration, rows: list[ListedCompany], first: dict[str, int], *, now: datetime
) -> None:
    """Say what is wrong with each row, and let good tenant ids be looked at."""
    is_service = integration.application.kind == Kind.SERVICE
    for row in rows:
        row.fault = _fault(row, is_service=is_service)
        key = _key(row)
        if not row.fault and key and key in first:
            row.fault, row.same_as = Fault.TWICE, first[key]
        elif key:
            first.setdefault(key, row.position)
        row.due_at = now if is_service and not row.fault else None


def _fault(row: ListedCompany, *, is_service: bool) -> str:
    if row.given_id and row.visma_tenant_id is None:
        return Fault.NOT_AN_ID
    if is_service and row.visma_tenant_id is None:
        return Fault.NO_ID
    if row.email:
        try:
            validate_email(row.email)
        except ValidationError:
            return Fault.NOT_AN_ADDRESS
    return ""


def _key(row: ListedCompany) -> str:
    """What makes two rows the same company: the tenant id, else the organisation number."""
    if row.visma_tenant_id is not None:
        return str(row.visma_tenant_id)
    return "".join(character for character in row.number.upper() if character.isalnum())


def _first_positions(listed: QuerySet[ListedCompany]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in listed.order_by("position").only("visma_tenant_id", "number", "position"):
        if key := _key(row):
            found.setdefault(key, row.position)
    return found
