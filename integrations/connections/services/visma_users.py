"""The Visma user behind a connection: which one to use, who is going to sign in, what that ends.

Recommended is one Visma user for each integration and company. At VNI it is more than advice: a new
token kills the one before of the same application and user, in every company and for every tenant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from integrations.audit.services import record
from integrations.connections.models import Connection, Grant, Invitation
from integrations.connections.models.applications import Kind
from integrations.tenants.models import User


@dataclass(frozen=True, slots=True)
class Stake:
    """What a sign-in may end. ``own`` are the tenant's, to be named; ``others`` tells whether there
    are any of somebody else's. ``sure``: it was said who signs in, so it will.
    """

    own: list[Connection] = field(default_factory=list)
    others: bool = False
    sure: bool = False

    def __bool__(self) -> bool:
        return bool(self.own) or self.others


def user_to_use(invitation: Invitation) -> str:
    """The address to sign in with: the one there was, the one we were told, or a suggestion."""
    renewed = invitation.reconnects
    known = renewed.grant.visma_user_email if renewed is not None and renewed.grant else ""
    return known or invitation.integration.visma_user_hint or _suggested(invitation)


def at_stake(invitation: Invitation, declared_user: str) -> Stake:
    """What a sign-in at VNI by this user would end, besides the connection it renews.

    Without an address it could be any user of the tenant's.
    """
    application = invitation.integration.application
    if application.kind != Kind.VNI:
        return Stake()
    living = Grant.objects.filter(
        application=application, kind=Kind.VNI, ended_at=None, kept_until=None
    )
    if declared_user:
        living = living.filter(visma_user=declared_user.casefold())
    standing = Connection.objects.filter(grant__in=living)
    others = standing.exclude(company__tenant=invitation.tenant)
    return Stake(
        own=list(_besides(invitation, standing)),
        others=bool(declared_user) and others.exists(),
        sure=bool(declared_user),
    )


def may_go_on(stake: Stake, by: User | None) -> bool:
    """Another tenant's access is ended by nobody but staff knowingly."""
    return not stake.others or (by is not None and by.is_staff)


def agree(
    invitation: Invitation, stake: Stake, declared_user: str, *, by: User | None, now: datetime
) -> None:
    """Write down that somebody went on knowing what it ends."""
    record(
        invitation.tenant,
        "consent.ending_agreed",
        facts={
            "invitation": str(invitation.pk),
            "connections": [connection.pk for connection in stake.own],
            "others": stake.others,
            "by": by.pk if by else None,
        },
        personal={"visma_user": declared_user} if declared_user else None,
        now=now,
    )


def _besides(invitation: Invitation, standing: QuerySet[Connection]) -> QuerySet[Connection]:
    renewed = Q(pk=invitation.reconnects_id) if invitation.reconnects_id else Q(pk__in=[])
    return (
        standing.filter(company__tenant=invitation.tenant)
        .exclude(renewed)
        .select_related("company", "integration", "grant")
        .order_by("pk")
    )


def _suggested(invitation: Invitation) -> str:
    """An address that says by itself what it is for, at the vendor's domain."""
    domain = settings.SUPPORT_EMAIL.rpartition("@")[2]
    if not domain:
        return ""
    return f"{invitation.integration.slug}.{invitation.tenant.slug}@{domain}"
