"""Which app answers which address."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

# One way to sign in, with its limits on tries; the admin has none of its own.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth says

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    # Strangers choose a language too, on an invitation.
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("admin/", admin.site.urls),
    path("", include("integrations.signin.urls")),
    # Invitation links, the consent and the callbacks of each kind.
    path("", include("integrations.connections.urls")),
    # Orders in: the API, and the upload pages of a tenant.
    path("", include("integrations.intake.urls")),
    path("", include("integrations.workspace.urls")),
    path("", include("integrations.console.urls")),
]
