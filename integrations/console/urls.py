"""Addresses of console: health for machines, pages for the ISV's staff."""

from __future__ import annotations

from django.urls import include, path

from integrations.console import health
from integrations.console.views import applications, connections, incidents, overview, tenants

_application = "applications/<slug:slug>"

staff_patterns = [
    path("", overview.show, name="overview"),
    path("tenants/", tenants.show_list, name="tenants"),
    path("tenants/new/", tenants.make, name="new-tenant"),
    path("tenants/<slug:slug>/", tenants.show, name="tenant"),
    path("tenants/<slug:slug>/invite/", tenants.invite, name="invite"),
    path(
        "tenants/<slug:slug>/invitations/<uuid:invitation_id>/withdraw/",
        tenants.withdraw,
        name="withdraw",
    ),
    path("connections/", connections.show_list, name="connections"),
    path("applications/", applications.show_list, name="applications"),
    path("applications/new/", applications.register, name="new-application"),
    path(f"{_application}/", applications.show, name="application"),
    path(f"{_application}/secrets/", applications.add_secret, name="add-secret"),
    path(
        f"{_application}/secrets/<uuid:secret_id>/retire/",
        applications.retire_secret,
        name="retire-secret",
    ),
    path(f"{_application}/offers/", applications.add_integration, name="add-integration"),
    path("incidents/", incidents.show_list, name="incidents"),
    path("incidents/<int:pk>/clear/", incidents.clear, name="clear-incident"),
]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("console/", include((staff_patterns, "console"))),
]
