"""Tenants and people for support: mostly to read. Members are changed on the pages."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from integrations.tenants.models import Member, Tenant, User


class MembersInline(admin.TabularInline[Member, Tenant]):
    model = Member
    extra = 0
    can_delete = False
    readonly_fields = ["user", "role"]

    def has_add_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        return False


@admin.register(Tenant)
class TenantAdmin(admin.ModelAdmin[Tenant]):
    list_display = ["name", "slug", "language", "created_at"]
    search_fields = ["name", "slug"]
    readonly_fields = ["slug", "created_at"]
    inlines = [MembersInline]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin[User]):
    list_display = ["email", "is_staff", "is_active", "last_login"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "first_name", "last_name"]
    fields = [
        "email", "first_name", "last_name", "is_active", "is_staff", "is_superuser",
        "last_login", "date_joined",
    ]  # fmt: skip
    readonly_fields = ["email", "is_superuser", "last_login", "date_joined"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only a superuser gives somebody the console."""
        fields = list(self.readonly_fields)
        return fields if request.user.is_superuser else [*fields, "is_staff", "is_active"]
