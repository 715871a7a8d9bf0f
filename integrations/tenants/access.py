"""Who may see and who may act. Every page of a tenant or of staff starts here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Concatenate, ParamSpec

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from integrations.tenants.models import Tenant, User
from integrations.tenants.services import may_act

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """Behind LoginRequiredMiddleware there is always a user."""

    user: User


def tenant_seen_by(user: User, slug: str) -> Tenant:
    """The user's tenant of that name; a stranger's is 404, as if it weren't there."""
    return get_object_or_404(Tenant.objects.for_user(user).distinct(), slug=slug)


def tenant_acted_for_by(user: User, slug: str) -> Tenant:
    """As ``tenant_seen_by``; 403 for readers."""
    tenant = tenant_seen_by(user, slug)
    if not may_act(user, tenant):
        raise PermissionDenied
    return tenant


def address_of(request: HttpRequest) -> str:
    """The browser's address, past as many proxies as are trusted; empty where it isn't one."""
    try:
        return str(ip_address(get_adapter(request).get_client_ip(request)))
    except (ImproperlyConfigured, PermissionDenied, ValueError):
        return ""


def staff_only(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponse],
) -> Callable[Concatenate[SignedInRequest, P], HttpResponse]:
    """The page is there for the ISV's staff alone; for anybody else it is 404."""

    @wraps(view)
    def guarded(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded
