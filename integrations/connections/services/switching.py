"""From a person's sign-in to the App Store's approval, and back, under one connection.

Visma may refuse sales orders under a person's token; then user and company are known, and the
approval is what is missing. The two ways stand side by side: the one in use stays until a real read
proved the other, and is kept as the standby after that. Lane, orders and references don't change,
so what is on its way settles as ever.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from integrations.audit.services import record
from integrations.connections.models import Connection, Grant
from integrations.connections.models.applications import Kind, PermissionType, Route
from integrations.connections.services import (
    approval_proof,
    custody,
    disconnection,
    quotas,
    refreshing,
    standing,
    visma_clients,
)
from integrations.connections.services.approval_proof import NotProven
from integrations.connections.services.custody import NoAccess
from integrations.connections.services.findings import Finding
from integrations.keyring import ring
from integrations.tenants.models import User
from integrations.visma import organization
from integrations.visma.errors import Forbidden, Outage, Throttled, VismaError
from integrations.visma.oauth import TokenAnswer

# Approvals that were asked for are looked at for as long as an invitation code works.
WAITED_FOR = standing.APPROVAL_WAIT


def is_offered(connection: Connection) -> bool:
    """Whether an approval could take the place of this connection's sign-in."""
    integration, grant = connection.integration, connection.grant
    return (
        grant is not None
        and grant.kind == Kind.CONNECT
        and connection.state != Connection.State.DISCONNECTED
        and connection.company.visma_tenant_id is not None
        and integration.route == Route.SALESORDER_V3
        and integration.application.permission_type != PermissionType.INTERACTIVE
    )


def is_waited_for(connection: Connection) -> bool:
    """Whether somebody said that the approval is being given."""
    standby = connection.standby
    return standby is not None and standby.kind == Kind.SERVICE and standby.token_number == 0


def may_go_back(connection: Connection) -> bool:
    """Whether the sign-in is still there beside the approval."""
    standby = connection.standby
    return standby is not None and standby.kind == Kind.CONNECT and standby.ended_at is None


def to_service(connection: Connection, *, by: User | None, now: datetime) -> Finding | None:
    """Look for the approval, and send over it from now on if it is there.

    None: it is, and a read proved it. Else what stands in the way; it is looked for again.
    """
    if not is_offered(connection):
        return None if connection.grant and connection.grant.kind == Kind.SERVICE else _NOTHING
    service = _wanted(connection, now=now)
    try:
        answer = approval_proof.prove(
            connection.integration, str(connection.company.visma_tenant_id), now=now
        )
    except NotProven as lacking:
        return lacking.finding
    _use_service(connection, service, answer, by=by, now=now)
    return None


def back_to_user(connection: Connection, *, by: User | None, now: datetime) -> Finding | None:
    """Send under the person's sign-in again, once a read under it was let through."""
    standby = connection.standby
    if standby is None or not may_go_back(connection):
        return Finding.CONSENT_ENDED
    custody.refresh(str(standby.pk), now=now)
    standby.refresh_from_db()
    trial = Connection(
        integration=connection.integration, company=connection.company, grant=standby
    )
    try:
        access = custody.access_of(trial, now=now)
        probe = organization.read_probe(
            access.sales_order_url, access.token, visma_clients.transport()
        )
    except NoAccess:
        return Finding.CONSENT_ENDED if standby.ended_at else Finding.VISMA_DOWN
    except (VismaError, ring.Unreadable) as error:
        return _meaning(error)
    quotas.note(
        access.application_id, access.company_key, probe.rate_limit, None, now,
        url=access.sales_order_url,
    )  # fmt: skip
    _swap(connection, standby, by=by, now=now)
    return None


def let_go(connection: Connection, *, by: User | None, now: datetime) -> bool:
    """End the way that stands by; False when there was none."""
    standby = connection.standby
    if standby is None:
        return False
    with transaction.atomic():
        left = Connection.objects.filter(pk=connection.pk, standby=standby).update(standby=None)
        if left:
            _record(connection, "connection.standby_ended", standby.kind, by=by, now=now)
    if left:
        disconnection.give_back(standby, now=now)
        connection.refresh_from_db()
    return bool(left)


_NOTHING = Finding.CONSENT_ENDED


def _wanted(connection: Connection, *, now: datetime) -> Grant:
    """The grant to be, standing by without a token until the approval is there."""
    standby = connection.standby
    if standby is not None and standby.kind == Kind.SERVICE and standby.ended_at is None:
        return standby
    company = connection.company
    with transaction.atomic():
        service = Grant.objects.create(
            tenant=company.tenant,
            application=connection.integration.application,
            kind=Kind.SERVICE,
            visma_tenant_id=company.visma_tenant_id,
        )
        Connection.objects.filter(pk=connection.pk).update(standby=service)
    connection.standby = service
    return service


def _use_service(
    connection: Connection,
    service: Grant,
    answer: TokenAnswer,
    *,
    by: User | None,
    now: datetime,
) -> None:
    with transaction.atomic():
        stored = Grant.objects.filter(
            pk=service.pk, token_number=service.token_number, ended_at=None
        ).update(
            scopes=" ".join(sorted(answer.scopes)),
            sealed_access_token=service.sealed("access_token", answer.access_token),
            access_expires_at=refreshing.expiry(answer, now),
            token_number=service.token_number + 1,
        )
        if stored:
            _swap(connection, service, by=by, now=now)


@transaction.atomic
def _swap(connection: Connection, proven: Grant, *, by: User | None, now: datetime) -> None:
    """The standby was just proven by a read: it is the way in, and the other one stands by.

    Numbers of tokens go on rising, so that a 401 on its way is held against no token of the other.
    """
    former = connection.grant
    if former is None:
        return
    numbers = Grant.objects.filter(pk__in=[former.pk, proven.pk])
    highest = max(numbers.values_list("token_number", flat=True))
    Grant.objects.filter(pk=proven.pk).update(token_number=highest + 1)
    swapped = (
        Connection.objects.filter(pk=connection.pk, grant=former, standby=proven)
        .exclude(state=Connection.State.DISCONNECTED)
        .update(grant=proven, standby=former)
    )
    if not swapped:
        return
    connection.grant, connection.standby = proven, former
    standing.prove(connection, now=now)
    _record(connection, "connection.switched", proven.kind, by=by, now=now)


def _record(
    connection: Connection, verb: str, kind: str, *, by: User | None, now: datetime
) -> None:
    facts: dict[str, Any] = {
        "connection": connection.pk,
        "company": connection.company.visma_key,
        "kind": kind,
        "by": by.pk if by else None,
    }
    record(connection.company.tenant, verb, facts=facts, now=now)


def _meaning(error: Exception) -> Finding:
    match error:
        case Forbidden():
            return Finding.USER_NOT_TAKEN
        case Throttled():
            return Finding.THROTTLED
        case Outage():
            return Finding.VISMA_DOWN
    return Finding.TOKEN_NOT_TAKEN
