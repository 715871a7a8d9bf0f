"""Whose page it is, and who may do more than read it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from integrations.tenants.models import Member, Tenant, User


class SignedIn(HttpRequest):
    """LoginRequiredMiddleware has seen to it."""

    user: User


def tenant_of(request: SignedIn, slug: str) -> Tenant:
    """The tenant, if the visitor may see it; a stranger's is not there."""
    return get_object_or_404(Tenant.objects.for_user(request.user), slug=slug)


def is_owner(request: SignedIn, tenant: Tenant) -> bool:
    """Whether the visitor is an owner at the tenant itself."""
    owners = Member.objects.filter(tenant=tenant, role=Member.Role.OWNER)
    return owners.filter(user=request.user).exists()


def may_act(request: SignedIn, tenant: Tenant) -> bool:
    """Owners act for their tenant; staff help."""
    return request.user.is_staff or is_owner(request, tenant)


def acting_for(request: SignedIn, slug: str) -> Tenant:
    """As tenant_of, for what changes something. Raises PermissionDenied for readers."""
    tenant = tenant_of(request, slug)
    if not may_act(request, tenant):
        raise PermissionDenied
    return tenant


def frame(request: SignedIn, tenant: Tenant) -> dict[str, Any]:
    """What every page of a tenant shows around its content."""
    return {"tenant": tenant, "may_act": may_act(request, tenant)}
