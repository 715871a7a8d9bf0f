"""A forwarded link must not let a stranger connect his own company and get a tenant's orders.

So a company new to the tenant delivers nothing until a member or staff says yes, unless it is
clear beforehand that it is the right one.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from integrations.audit.services import record
from integrations.connections.models import Company, Connection, Grant, Invitation
from integrations.connections.models.applications import Kind
from integrations.tenants.models import User
from integrations.tenants.services import may_act


class NotAllowed(Exception):
    """This person can't say yes: not an owner, or only staff may."""


def is_spared(invitation: Invitation, company: Company, grant: Grant) -> bool:
    """Whether the company needs no yes of a person."""
    if _is_known(company) or _was_named(invitation, company):
        return True
    if needs_staff(company, invitation.integration.application.kind):
        return False
    return (
        grant.visma_user_email_verified
        and bool(invitation.email)
        and grant.visma_user_email.casefold() == invitation.email.casefold()
    )


def needs_staff(company: Company, kind: str) -> bool:
    """A pasted tenant id proves nothing about who pasted it: once another tenant has the company,
    only staff can say whose it is."""
    if kind != Kind.SERVICE or company.visma_tenant_id is None:
        return False
    return (
        Company.objects.filter(visma_tenant_id=company.visma_tenant_id)
        .exclude(tenant=company.tenant)
        .exists()
    )


def may_confirm(connection: Connection, user: User | None) -> bool:
    """Whether this person's yes counts; ``None`` is nobody we know."""
    if user is None:
        return False
    if user.is_staff:
        return True
    kind = connection.integration.application.kind
    return may_act(user, connection.company.tenant) and not needs_staff(connection.company, kind)


@transaction.atomic
def confirm(connection: Connection, *, by: User, now: datetime) -> bool:
    """Say yes to the company. False when somebody had already. Raises NotAllowed."""
    if not may_confirm(connection, by):
        raise NotAllowed
    confirmed = Connection.objects.filter(pk=connection.pk, confirmed_at=None).update(
        confirmed_at=now
    )
    if confirmed:
        record(
            connection.company.tenant,
            "company.confirmed",
            facts={
                "connection": connection.pk,
                "company": connection.company.visma_key,
                "by": by.pk,
            },
            now=now,
        )
    return bool(confirmed)


def _is_known(company: Company) -> bool:
    return Connection.objects.filter(company=company, confirmed_at__isnull=False).exists()


def _was_named(invitation: Invitation, company: Company) -> bool:
    named = invitation.expected_visma_tenant_id
    if named is not None and named == company.visma_tenant_id:
        return True
    expected, number = _digits(invitation.expected_number), _digits(company.number)
    return bool(expected) and expected == number and company.name_verified


def _digits(number: str) -> str:
    return "".join(character for character in number.upper() if character.isalnum())
