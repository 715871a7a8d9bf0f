"""Which scopes a consent asks for."""

from __future__ import annotations

from integrations.connections.models import Invitation

IDENTITY = ["openid", "email", "profile", "tenants", "offline_access"]
WITHOUT_OPENID = ["tenants", "offline_access"]
# So that the company's name can be read.
NAME = "vismanet_erp_interactive_api:read"


def asked(invitation: Invitation) -> list[str]:
    """The integration's scopes, who it is, and the right to read the company's name."""
    integration = invitation.integration
    identity = IDENTITY if integration.application.uses_openid else WITHOUT_OPENID
    return list(dict.fromkeys([*identity, *integration.scopes.split(), NAME]))
