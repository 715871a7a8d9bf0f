"""The addresses of the ERP API."""

from __future__ import annotations

from sandbox.erp import organization
from sandbox.guard import guarded
from sandbox.state import Route

READ = ("vismanet_erp_interactive_api:read", "vismanet_erp_service_api:read")

ROUTES = [
    Route(
        "organization",
        "GET",
        "/v1/organization",
        guarded(organization.list_organizations, *READ, service="erp"),
    ),
    Route(
        "organization",
        "GET",
        r"/v1/organization/(?P<organization_cd>[^/]+)",
        guarded(organization.show_organization, *READ, service="erp"),
    ),
]
