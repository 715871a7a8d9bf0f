"""The support desk: nearly all of it to be read, secrets never shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from integrations.connections.forms import SecretForm
from integrations.connections.models import (
    Application,
    ApplicationSecret,
    Company,
    Connection,
    Grant,
    Incident,
    Integration,
    Invitation,
    Quota,
)
from integrations.connections.services import addresses


class ToRead(admin.ModelAdmin[Any]):
    """Shown, never edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class NewSecret(admin.TabularInline[ApplicationSecret, Application]):
    """Secrets go in here and never come out; Visma lets several live at once."""

    model = ApplicationSecret
    form = SecretForm
    extra = 0
    can_delete = False
    readonly_fields = ["created_at", "retired_at"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Application)
class ApplicationAdmin(admin.ModelAdmin[Application]):
    list_display = ["name", "environment", "kind", "client_id", "redirect_uri"]
    list_filter = ["kind"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["redirect_uri"]
    inlines = [NewSecret]

    @admin.display(description="redirect URI")
    def redirect_uri(self, application: Application) -> str:
        return addresses.redirect_uri(application.kind)


@admin.register(Integration)
class IntegrationAdmin(admin.ModelAdmin[Integration]):
    list_display = ["name", "application", "route", "reference_prefix"]
    list_select_related = ["application"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Company)
class CompanyAdmin(ToRead):
    list_display = ["name", "number", "tenant", "visma_tenant_id", "name_verified"]
    list_select_related = ["tenant"]
    search_fields = ["name", "number", "visma_tenant_id"]
    show_full_result_count = False


@admin.register(Connection)
class ConnectionAdmin(ToRead):
    list_display = ["company", "integration", "state", "problem", "problem_since", "proven_at"]
    list_filter = ["state", "problem", "integration"]
    list_select_related = ["company", "integration"]
    search_fields = ["company__name", "company__number"]
    show_full_result_count = False


@admin.register(Grant)
class GrantAdmin(ToRead):
    list_display = ["id", "tenant", "application", "access_expires_at", "ended_at", "ended_because"]
    list_filter = ["application", "ended_because"]
    list_select_related = ["tenant", "application"]
    exclude = ["sealed_refresh_token", "sealed_access_token", "refresh_token_digest"]
    show_full_result_count = False


@admin.register(Invitation)
class InvitationAdmin(ToRead):
    list_display = ["tenant", "integration", "email", "expires_at", "connected_at", "last_outcome"]
    list_filter = ["integration", "last_outcome"]
    list_select_related = ["tenant", "integration"]
    search_fields = ["email", "tenant__name"]
    exclude = ["token_digest", "code_digest"]
    show_full_result_count = False


@admin.register(Incident)
class IncidentAdmin(ToRead):
    list_display = ["kind", "subject", "opened_at", "cleared_at"]
    list_filter = ["kind"]


@admin.register(Quota)
class QuotaAdmin(ToRead):
    list_display = ["application", "company_key", "host", "policy", "limit", "remaining",
                    "resets_at", "spent_until", "closed_until"]  # fmt: skip
    list_filter = ["policy"]
    list_select_related = ["application"]
