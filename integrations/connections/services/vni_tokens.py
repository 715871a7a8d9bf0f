"""Kind ``vni``: tokens without an end, each of which kills the one before of its Visma user.

Who signed in is known only after the code is redeemed, and by then the older token is dead. So the
new grant is kept apart until the person has confirmed by POST, and whatever stood on the older one
is held and told at once. Everything here that decides between two sign-ins holds the application's
row.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from integrations.connections.models import Application, Connection, Grant, PendingConsent
from integrations.connections.models.applications import Kind
from integrations.connections.services import notices, standing, visma_clients
from integrations.connections.services.findings import Finding
from integrations.connections.services.standing import LOOK_AGAIN
from integrations.keyring import ring
from integrations.tenants.models import Tenant
from integrations.visma import context, vni
from integrations.visma.errors import Unauthorized, VismaError
from integrations.visma.oauth import TokenAnswer
from integrations.visma.vni import UserDetails

logger = logging.getLogger(__name__)
KEPT = timedelta(hours=24)
FORGOTTEN = {"sealed_access_token": None, "sealed_refresh_token": None, "refresh_token_digest": ""}


def keep_apart(consent: PendingConsent, answer: TokenAnswer, *, now: datetime) -> Grant:
    """Commit a token that was just redeemed, before it is used for anything."""
    invitation = consent.invitation
    grant = Grant(
        tenant=invitation.tenant,
        application=invitation.integration.application,
        kind=Kind.VNI,
        scopes=" ".join(sorted(answer.scopes)),
        token_number=1,
        kept_until=now + KEPT,
    )
    grant.sealed_access_token = grant.sealed("access_token", answer.access_token)
    with transaction.atomic():
        grant.save(force_insert=True)
        PendingConsent.objects.filter(pk=consent.pk).update(grant=grant)
    consent.grant = grant
    return grant


@transaction.atomic
def learn_user(consent: PendingConsent, grant: Grant, user: UserDetails, *, now: datetime) -> None:
    """Write down whose token it is; hold, and tell, what its redemption has cut off."""
    _hold(grant.application)
    grant.visma_user, grant.visma_user_email = user.email.casefold(), user.email
    grant.save(update_fields=["visma_user", "visma_user_email"])
    older = Grant.objects.filter(
        application=grant.application, kind=Kind.VNI, visma_user=grant.visma_user, ended_at=None
    ).exclude(pk=grant.pk)
    ended = list(older.values_list("pk", flat=True))
    older.update(ended_at=now, ended_because=Finding.SUPERSEDED, **FORGOTTEN)
    cut_off = _living().filter(grant__in=ended)
    consent.cut_off = [connection.pk for connection in cut_off]
    PendingConsent.objects.filter(pk=consent.pk).update(cut_off=consent.cut_off)
    _tell(cut_off, own=grant.tenant, now=now)


def _tell(cut_off: QuerySet[Connection], *, own: Tenant, now: datetime) -> None:
    """One mail a tenant, however many of its connections stood on the token."""
    told: dict[Tenant, list[Connection]] = defaultdict(list)
    for connection in cut_off.select_related("company__tenant", "integration__application"):
        tenant = connection.company.tenant
        finding = Finding.FINISH_CONSENT if tenant == own else Finding.SUPERSEDED
        if standing.find_broken(connection, finding, mails=False, now=now):
            told[tenant].append(connection)
    for tenant, connections in told.items():
        notices.tell_members_cut_off(tenant, connections)


@transaction.atomic
def give(grant: Grant, *, now: datetime) -> list[Connection] | None:
    """Put a grant that was kept apart to use, for all that stood on that user in the tenant.

    None when it is good no more: a later sign-in killed it, or its day is over.
    """
    _hold(grant.application)
    given = Grant.objects.filter(pk=grant.pk, ended_at=None, kept_until__gt=now)
    if not given.update(kept_until=None):
        return None
    grant.kept_until = None
    same = _living().filter(
        grant__kind=Kind.VNI,
        grant__application=grant.application,
        grant__visma_user=grant.visma_user,
        company__tenant=grant.tenant,
    )
    renewed = list(same.exclude(grant=grant))
    Connection.objects.filter(pk__in=[each.pk for each in renewed]).update(
        grant=grant,
        state=Connection.State.CHECKING,
        problem="",
        problem_since=None,
        look_again_until=None,
        look_again_at=now + LOOK_AGAIN,
    )
    return renewed


def forget_unfinished(*, now: datetime) -> int:
    """End what nobody confirmed within its day, and give the tokens back to Visma."""
    left = Grant.objects.filter(kept_until__lte=now, ended_at=None).select_related("application")
    forgotten = 0
    for grant in left[:100]:
        token = _token(grant)
        ended = Grant.objects.filter(pk=grant.pk, kept_until__lte=now, ended_at=None).update(
            ended_at=now, ended_because="not_confirmed", **FORGOTTEN
        )
        forgotten += ended
        if ended and token:
            revoke(grant, token)
    return forgotten


def revoke(grant: Grant, token: str) -> None:
    """Best effort; the token is forgotten here in any case."""
    try:
        vni.revoke(visma_clients.client_for(grant.application, Kind.VNI), token)
    except (VismaError, ring.Unreadable, visma_clients.NoSecret):
        logger.warning("Grant %s could not be given back at Visma", grant.pk)


def is_alive(grant: Grant) -> bool:
    """Whether VNI still takes the token: the one read that decides, since nothing refreshes it.

    Raises VismaError when nothing was learnt, and ring.Unreadable.
    """
    url = visma_clients.context_url(Kind.VNI)
    try:
        context.list_companies(url, grant.access_token(), visma_clients.transport())
    except Unauthorized:
        return False
    return True


def look_at_suspects(consent: PendingConsent, *, now: datetime) -> None:
    """A redemption came to an unknown end: have looked at what it may have cut off."""
    declared = consent.declared_user.casefold()
    theirs = Q(grant__tenant=consent.invitation.tenant)
    if declared:
        theirs |= Q(grant__visma_user=declared)
    _living().filter(
        theirs,
        grant__kind=Kind.VNI,
        grant__application=consent.invitation.integration.application,
    ).update(look_again_at=now)


def _hold(application: Application) -> None:
    Application.objects.select_for_update().get(pk=application.pk)


def _living() -> QuerySet[Connection]:
    return Connection.objects.exclude(state=Connection.State.DISCONNECTED)


def _token(grant: Grant) -> str:
    try:
        return grant.access_token() if grant.sealed_access_token is not None else ""
    except ring.Unreadable:
        return ""
