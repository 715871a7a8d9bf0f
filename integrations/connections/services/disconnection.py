"""Ends a connection here, and the grant at Visma where nothing else stands on it."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from integrations.audit.services import record
from integrations.connections.models import Connection, Grant
from integrations.connections.models.applications import Kind
from integrations.connections.services import (
    client_secrets,
    ledger,
    outages,
    visma_clients,
    vni_tokens,
)
from integrations.keyring import ring
from integrations.tenants.models import User
from integrations.visma import oauth
from integrations.visma.errors import VismaError

logger = logging.getLogger(__name__)


def disconnect(connection: Connection, *, by: User | None, now: datetime) -> bool:
    """Disconnect; False when it was already. No more orders go out, whatever Visma answers.

    Ended here: the connection, and our tokens. At Visma: the refresh token or VNI token, where no
    other connection stands on it. An approval in the App Store stays until somebody removes it.
    """
    with transaction.atomic():
        grants = [grant for grant in (connection.grant, connection.standby) if grant is not None]
        ended = Connection.objects.filter(
            ~Q(state=Connection.State.DISCONNECTED), pk=connection.pk
        ).update(
            state=Connection.State.DISCONNECTED,
            problem="",
            problem_since=None,
            grant=None,
            standby=None,
            look_again_at=None,
        )
        if not ended:
            return False
        taken = [(grant, _take_token(grant, now=now)) for grant in grants]
        record(
            connection.company.tenant,
            "connection.disconnected",
            facts={
                "connection": connection.pk,
                "company": connection.company.visma_key,
                "by": by.pk if by else None,
            },
            now=now,
        )
        outages.drop(connection, now=now)
        ledger.write_withdrawn(connection, by=by, now=now)
    for grant, token in taken:
        if token:
            _revoke(grant, token, now=now)
    connection.refresh_from_db()
    return True


def give_back(grant: Grant, *, now: datetime) -> None:
    """End a grant here and at Visma, if nothing stands on it any more."""
    token = _take_token(grant, now=now)
    if token:
        _revoke(grant, token, now=now)


def _take_token(grant: Grant, *, now: datetime) -> str:
    """Forget the grant's tokens and return the one to revoke, if nothing else stands on it."""
    if Connection.objects.filter(Q(grant=grant) | Q(standby=grant)).exists():
        return ""
    grant.refresh_from_db()
    token = _to_revoke(grant)
    Grant.objects.filter(pk=grant.pk, ended_at=None).update(
        ended_at=now,
        ended_because="disconnected",
        sealed_refresh_token=None,
        refresh_token_digest="",
        sealed_access_token=None,
    )
    return token


def _to_revoke(grant: Grant) -> str:
    """What Visma lets us end; an access token of Connect runs out by itself within the hour."""
    try:
        if grant.kind == Kind.VNI:
            return grant.access_token() if grant.sealed_access_token is not None else ""
        return grant.refresh_token() if grant.sealed_refresh_token is not None else ""
    except ring.Unreadable:
        return ""


def _revoke(grant: Grant, token: str, *, now: datetime) -> None:
    """RFC 7009; best effort, the token is forgotten here in any case."""
    if grant.kind == Kind.VNI:
        vni_tokens.revoke(grant, token)
        return
    try:
        client_secrets.asked(grant.application, lambda client: oauth.revoke(client, token), now=now)
    except (VismaError, ring.Unreadable, visma_clients.NoSecret):
        logger.warning("Grant %s could not be revoked at Visma", grant.pk)
