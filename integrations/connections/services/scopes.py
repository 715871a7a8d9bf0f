"""Which scopes a consent asks for."""

from __future__ import annotations

from django.db.models import Q

from integrations.connections.models import Application, Grant, Integration, Invitation
from integrations.connections.models.applications import Kind
from integrations.visma import vni

IDENTITY = ["openid", "email", "profile", "tenants", "offline_access"]
WITHOUT_OPENID = ["tenants", "offline_access"]
# So that the company's name can be read.
NAME = "vismanet_erp_interactive_api:read"
INTERACTIVE, SERVICE = "vismanet_erp_interactive_api:", "vismanet_erp_service_api:"


def asked(invitation: Invitation) -> list[str]:
    """The integration's scopes, who it is, and the right to read the company's name."""
    integration = invitation.integration
    if integration.application.kind == Kind.VNI:
        return [vni.SCOPE]
    identity = IDENTITY if integration.application.uses_openid else WITHOUT_OPENID
    return list(dict.fromkeys([*identity, *integration.scopes.split(), NAME]))


def needed(integration: Integration, kind: str) -> list[str]:
    """The scopes an integration needs under a grant of this kind.

    A person's sign-in and an approval reach the ERP API by scopes of two names.
    """
    scopes = integration.scopes.split()
    match kind:
        case Kind.VNI:
            return [vni.SCOPE]
        case Kind.SERVICE:
            return [scope.replace(INTERACTIVE, SERVICE) for scope in scopes]
    return scopes


def of_application(application: Application) -> list[str]:
    """What its API integrations at Visma have to hold, so that everything it offers works."""
    if application.kind == Kind.VNI:
        return [vni.SCOPE]
    offered = application.integrations.values_list("scopes", flat=True)
    named = [scope for text in [application.scopes, *offered] for scope in text.split()]
    if application.kind == Kind.CONNECT:
        named.append(NAME)
    return list(dict.fromkeys(named))


def of_sign_in(application: Application) -> list[str]:
    """All that a consent asks for over the application."""
    identity = IDENTITY if application.uses_openid else WITHOUT_OPENID
    return list(dict.fromkeys([*identity, *of_application(application)]))


def of_service(grant: Grant) -> list[str]:
    """What to ask for by client credentials: what the integrations under the grant need.

    Visma may have granted more; what nobody asked for is not asked for again.
    """
    offered = Integration.objects.filter(
        Q(connections__grant=grant) | Q(connections__standby=grant)
    )
    wanted = {scope for each in offered for scope in needed(each, Kind.SERVICE)}
    return sorted(wanted) or grant.scopes.split()
