"""Ends a connection here, and the grant at Visma where nothing else stands on it."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from integrations.audit.services import record
from integrations.connections.models import Connection, Grant
from integrations.connections.services import client_secrets, visma_clients
from integrations.keyring import ring
from integrations.tenants.models import User
from integrations.visma import oauth
from integrations.visma.errors import VismaError

logger = logging.getLogger(__name__)


def disconnect(connection: Connection, *, by: User | None, now: datetime) -> bool:
    """Disconnect; False when it was already. No more orders go out, whatever Visma answers.

    An approval in the App Store stays until somebody removes it there.
    """
    with transaction.atomic():
        grant = connection.grant
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
        refresh_token = _take_refresh_token(grant, now=now) if grant is not None else ""
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
    if grant is not None and refresh_token:
        _revoke(grant, refresh_token, now=now)
    connection.refresh_from_db()
    return True


def _take_refresh_token(grant: Grant, *, now: datetime) -> str:
    """Forget the grant's tokens and return the refresh token, if nothing else stands on it."""
    if Connection.objects.filter(grant=grant).exists():
        return ""
    grant.refresh_from_db()
    try:
        refresh_token = grant.refresh_token() if grant.sealed_refresh_token is not None else ""
    except ring.Unreadable:
        refresh_token = ""
    Grant.objects.filter(pk=grant.pk, ended_at=None).update(
        ended_at=now,
        ended_because="disconnected",
        sealed_refresh_token=None,
        refresh_token_digest="",
        sealed_access_token=None,
    )
    return refresh_token


def _revoke(grant: Grant, refresh_token: str, *, now: datetime) -> None:
    """RFC 7009; best effort, the token is forgotten here in any case."""
    try:
        client_secrets.asked(
            grant.application, lambda client: oauth.revoke(client, refresh_token), now=now
        )
    except (VismaError, ring.Unreadable, visma_clients.NoSecret):
        logger.warning("Grant %s could not be revoked at Visma", grant.pk)
