"""Ties a grant to companies: the connections that come of a consent or an approval."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from integrations.connections.models import (
    Company,
    Connection,
    Grant,
    Integration,
    Invitation,
)
from integrations.connections.services import companies, confirmation, ledger, notices
from integrations.connections.services.companies import Candidate
from integrations.connections.services.standing import LOOK_AGAIN
from integrations.tenants.models import User


class CompanyTaken(Exception):
    """Another tenant has this company under the same integration."""

    def __init__(self, company: str) -> None:
        super().__init__(company)
        self.company = company


@transaction.atomic
def bind(
    invitation: Invitation,
    grant: Grant,
    chosen: list[Candidate],
    *,
    number_given: str = "",
    by: User | None = None,
    read: ledger.Read,
    now: datetime,
) -> list[Connection]:
    """Make or renew a connection for each company, still to be proven by the doctor.

    Writes the consent ledger. Raises CompanyTaken, and then nothing is stored.
    """
    # One at a time per integration, so that two tenants can't take a company at once.
    Integration.objects.select_for_update().get(pk=invitation.integration_id)
    connections = []
    for candidate in chosen:
        _check_free(invitation, candidate)
        is_new = companies.known(invitation.tenant, candidate) is None
        company = companies.keep(invitation.tenant, candidate, number_given=number_given)
        connection = _renewed(invitation, company, grant, by=by, now=now)
        if is_new:
            notices.tell_members_new_company(connection)
        connections.append(connection)
    Invitation.objects.filter(pk=invitation.pk).update(
        connection=connections[0], last_outcome="", look_again_at=None
    )
    ledger.write_granted(invitation, grant, connections, read, by=by, now=now)
    return connections


def _check_free(invitation: Invitation, candidate: Candidate) -> None:
    if candidate.visma_tenant_id:
        same = Q(company__visma_tenant_id=candidate.visma_tenant_id)
    else:
        same = Q(company__context_id=candidate.context_id)
    others = (
        Connection.objects.filter(same, integration=invitation.integration)
        .exclude(company__tenant=invitation.tenant)
        .exclude(state=Connection.State.DISCONNECTED)
    )
    if others.exists():
        raise CompanyTaken(candidate.label)


def _renewed(
    invitation: Invitation, company: Company, grant: Grant, *, by: User | None, now: datetime
) -> Connection:
    connection, _ = Connection.objects.get_or_create(
        integration=invitation.integration, company=company
    )
    former = connection.grant
    if connection.confirmed_at is None and (
        confirmation.is_spared(invitation, company, grant)
        or confirmation.may_confirm(connection, by)
    ):
        connection.confirmed_at = now
    if _is_other_way(connection, grant):
        # The approval stays the way in until a read has proven the sign-in.
        connection.standby = grant
        connection.save()
        return connection
    connection.grant = grant
    connection.state, connection.problem = Connection.State.CHECKING, ""
    connection.problem_since = connection.look_again_until = None
    connection.look_again_at = now + LOOK_AGAIN
    connection.save()
    if former is not None and former != grant:
        _replace(former, now=now)
    return connection


def _is_other_way(connection: Connection, grant: Grant) -> bool:
    former = connection.grant
    return (
        former is not None
        and former.ended_at is None
        and former.kind != grant.kind
        and connection.state == Connection.State.CONNECTED
    )


def _replace(former: Grant, *, now: datetime) -> None:
    """Forget a grant that nothing stands on any more."""
    if Connection.objects.filter(Q(grant=former) | Q(standby=former)).exists():
        return
    Grant.objects.filter(pk=former.pk, ended_at=None).update(
        ended_at=now,
        ended_because="replaced",
        sealed_refresh_token=None,
        refresh_token_digest="",
        sealed_access_token=None,
    )
