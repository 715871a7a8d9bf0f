"""The access token of a connection, as it is now. Nothing here calls outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from integrations.connections.models import Company, Connection, Grant
from integrations.connections.models.applications import Kind
from integrations.connections.services import visma_clients
from integrations.visma import vni
from integrations.visma.routes import ROUTES, Door

# A token with less left than this starts no request.
MARGIN = timedelta(minutes=2)


class NoAccess(Exception):
    """There is no usable token now.

    ``reason``: no_grant, ended, no_token, stale, expired, or unfit for a header.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Access:
    """What a call needs. ``token_number`` is what a 401 is held against."""

    connection_id: int
    grant_id: str
    token: str = field(repr=False)
    token_number: int
    expires_at: datetime | None
    application_id: int
    company_key: str
    sales_order_url: str
    route: str
    door: Door = field(repr=False)
    # Header lines that every call carries beside the token; a VNI token's company is in them.
    more: tuple[str, ...] = ()


def access_of(connection: Connection, *, now: datetime | None = None) -> Access:
    """Return the connection's usable access token.

    Raises NoAccess, and ring.Unreadable when the stored token doesn't open. A VNI connection's
    company has its context id.
    """
    grant = connection.grant
    if grant is None:
        raise NoAccess("no_grant")
    lack = lack_of(grant, now or timezone.now())
    if lack:
        raise NoAccess(lack)
    integration, token = connection.integration, grant.access_token()
    url = visma_clients.orders_url(grant.kind, integration.route)
    more = company_lines(grant, connection.company)
    return Access(
        connection_id=connection.pk,
        grant_id=str(grant.pk),
        token=token,
        token_number=grant.token_number,
        expires_at=grant.access_expires_at,
        application_id=integration.application_id,
        company_key=connection.company.visma_key,
        sales_order_url=url,
        route=integration.route,
        door=_door(integration.route, url, token, more),
        more=more,
    )


def _door(route: str, url: str, token: str, more: tuple[str, ...]) -> Door:
    """Where orders go, made once for all calls under this token."""
    timeout = visma_clients.order_timeout(route)
    try:
        return ROUTES[route].door(url, token, more, timeout)
    except ValueError:
        raise NoAccess("unfit") from None


def company_lines(grant: Grant, company: Company) -> tuple[str, ...]:
    """The header lines that name the company; only VNI needs any."""
    return vni.company_headers(company.context_id) if grant.kind == Kind.VNI else ()


def lack_of(grant: Grant, now: datetime) -> str:
    """Why the grant's token can't be used now; empty when it can."""
    if grant.ended_at is not None:
        return "ended"
    if grant.sealed_access_token is None:
        return "no_token"
    if grant.token_number <= grant.stale_number:
        return "stale"
    if grant.access_expires_at is not None and grant.access_expires_at < now + MARGIN:
        return "expired"
    return ""


def last_refused(grant_id: str) -> int:
    """The number of the newest token that met a 401; 0 when none did."""
    return Grant.objects.values_list("stale_number", flat=True).get(pk=grant_id)


def mark_stale(grant_id: str, token_number: int) -> bool:
    """A 401 came under that token number. False when a newer token has replaced it already.

    The first one also sends the doctor to what stands on the grant.
    """
    is_first = bool(
        Grant.objects.filter(
            pk=grant_id, token_number=token_number, stale_number__lt=token_number
        ).update(stale_number=F("token_number"))
    )
    if is_first:
        Connection.objects.filter(
            grant__pk=grant_id, state=Connection.State.CONNECTED, look_again_at=None
        ).update(look_again_at=Now())
    return is_first
