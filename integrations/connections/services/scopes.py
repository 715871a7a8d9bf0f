"""Which scopes a consent asks for."""

from __future__ import annotations

from integrations.connections.models import Grant, Integration, Invitation

IDENTITY = ["openid", "email", "profile", "tenants", "offline_access"]
WITHOUT_OPENID = ["tenants", "offline_access"]
# So that the company's name can be read.
NAME = "vismanet_erp_interactive_api:read"


def asked(invitation: Invitation) -> list[str]:
    """The integration's scopes, who it is, and the right to read the company's name."""
    integration = invitation.integration
    identity = IDENTITY if integration.application.uses_openid else WITHOUT_OPENID
    return list(dict.fromkeys([*identity, *integration.scopes.split(), NAME]))


def of_service(grant: Grant) -> list[str]:
    """What to ask for by client credentials: what the integrations under the grant need.

    Visma may have granted more; what nobody asked for is not asked for again.
    """
    texts = Integration.objects.filter(connections__grant=grant).values_list("scopes", flat=True)
    needed = {scope for text in texts for scope in text.split()}
    return sorted(needed) or grant.scopes.split()
