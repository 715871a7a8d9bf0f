"""A real request with one client secret, which tells a wrong secret from everything else."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from uuid import UUID

from integrations.connections.models import Application, ApplicationSecret, Grant
from integrations.connections.models.applications import Kind
from integrations.connections.services import addresses, scopes, visma_clients
from integrations.keyring import ring
from integrations.visma import oauth, vni
from integrations.visma.errors import BadAnswer, Outage, Refused
from integrations.visma.oauth import Client

REFUSED = "invalid_client"
# Said before or after the client is authenticated; only a comparison tells.
UNCLEAR = {"invalid_request"}
NO_TENANT = UUID(int=0)
MOST = 5


class Verdict(Enum):
    """What Visma said of a secret; UNKNOWN: nothing that can be read."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


def verdict_on(secret: ApplicationSecret) -> Verdict:
    """Ask Visma. Nothing of what it gives is kept."""
    application = secret.application
    try:
        client = visma_clients.client_for(application, secret=secret)
        error = _error(application, client)
        if error in UNCLEAR:
            wrong = replace(client, client_secrets=oauth.new_state())
            same = _error(application, wrong) == error
            return Verdict.UNKNOWN if same else Verdict.ACCEPTED
    except (Outage, BadAnswer, ring.Unreadable):
        return Verdict.UNKNOWN
    return Verdict.REFUSED if error == REFUSED else Verdict.ACCEPTED


def _error(application: Application, client: Client) -> str:
    """The error of a token request; empty for a token. Raises Outage, BadAnswer."""
    try:
        if application.kind == Kind.SERVICE:
            (tenant_id, *_) = [*approved_tenants(application), NO_TENANT]
            wanted = scopes.of_application(application)
            oauth.client_credentials(client, tenant_id=str(tenant_id), scopes=wanted)
        else:
            _redeem_nothing(application, client)
    except Refused as refused:
        return refused.error
    return ""


def _redeem_nothing(application: Application, client: Client) -> None:
    """A code that nobody was given: the answer is invalid_grant, after the secret was taken."""
    code, redirect_uri = oauth.new_state(), addresses.redirect_uri(application.kind)
    if application.kind == Kind.VNI:
        vni.redeem(client, code=code, redirect_uri=redirect_uri)
    else:
        verifier = oauth.new_verifier()
        oauth.redeem(client, code=code, redirect_uri=redirect_uri, verifier=verifier)


def approved_tenants(application: Application) -> list[UUID]:
    """Some companies that have approved it in the App Store, as far as we know; newest first."""
    grants = Grant.objects.filter(application=application, kind=Kind.SERVICE, ended_at=None)
    named = grants.exclude(visma_tenant_id=None).order_by("-created_at")
    return [grant.visma_tenant_id for grant in named[:MOST] if grant.visma_tenant_id]
