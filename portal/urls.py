"""Which app answers which address."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    # Invitation links, the consent and the callbacks of each kind.
    path("", include("integrations.connections.urls")),
    # Orders in: the API, and the upload pages of a tenant.
    path("", include("integrations.intake.urls")),
    path("", include("integrations.workspace.urls")),
    path("", include("integrations.console.urls")),
]
