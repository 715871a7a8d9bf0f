"""Addresses of console: health for machines, pages for the ISV's staff."""

from __future__ import annotations

from django.urls import include, path

from integrations.console import health
from integrations.console.metrics import metrics
from integrations.console.views import (
    application_secrets,
    applications,
    checklists,
    connections,
    incidents,
    invitations,
    lanes,
    ledger,
    order_in_key,
    overview,
    own_numbers,
    sending,
    tenants,
)

_application = "applications/<slug:slug>"
_secret = f"{_application}/secrets/<uuid:secret_id>"

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
    path("invitations/", invitations.show_list, name="invitations"),
    path("connections/", connections.show_list, name="connections"),
    path("connections/<int:pk>/numbers/", own_numbers.change, name="own-numbers"),
    path("lanes/", lanes.show_list, name="lanes"),
    path("lanes/<int:pk>/", lanes.show, name="lane"),
    path("applications/", applications.show_list, name="applications"),
    path("applications/new/", applications.register, name="new-application"),
    path(f"{_application}/", applications.show, name="application"),
    path(f"{_application}/change/", applications.change, name="change-application"),
    path(f"{_application}/code/", applications.keep_code, name="keep-code"),
    path(f"{_application}/look/", checklists.look, name="look-at-application"),
    path(f"{_application}/steps/", checklists.tick, name="tick-step"),
    path(f"{_application}/secrets/", application_secrets.add, name="add-secret"),
    path(f"{_secret}/try/", application_secrets.attempt, name="try-secret"),
    path(f"{_secret}/retire/", application_secrets.retire, name="retire-secret"),
    path(f"{_secret}/show/", application_secrets.show, name="show-secret"),
    path(f"{_secret}/forget/", application_secrets.forget, name="forget-secret"),
    path(f"{_application}/offers/", applications.add_integration, name="add-integration"),
    path(f"{_application}/offers/<slug:offered>/order/", order_in_key.choose, name="keep-order"),
    path("consents/", ledger.show_list, name="ledger"),
    path("sending/", sending.show, name="sending"),
    path("sending/<int:pk>/resume/", sending.resume, name="resume-sending"),
    path("incidents/", incidents.show_list, name="incidents"),
    path("incidents/<int:pk>/clear/", incidents.clear, name="clear-incident"),
]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("console/", include((staff_patterns, "console"))),
]
