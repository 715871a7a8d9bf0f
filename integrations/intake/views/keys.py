"""API keys of a tenant: made and shown once, listed, revoked."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from integrations.intake.forms import ApiKeyForm
from integrations.intake.models import ApiKey
from integrations.intake.services import api_keys
from integrations.intake.views.entrance import SignedIn, acting_for, frame, is_owner, tenant_of


@never_cache
@sensitive_variables("text")
@require_http_methods(["GET", "HEAD", "POST"])
def list_keys(request: SignedIn, tenant: str) -> HttpResponse:
    """The keys; a POST makes one. Only the tenant's owners do: whoever makes a key sees it."""
    owner = tenant_of(request, tenant)
    may_make = is_owner(request, owner)
    form = ApiKeyForm(request.POST or None)
    context = {**frame(request, owner), "form": form, "may_make": may_make}
    status = HTTPStatus.OK
    if request.method == "POST":
        if not may_make:
            raise PermissionDenied
        if form.is_valid():
            name = form.cleaned_data["name"]
            key, text = api_keys.make(owner, name, by=request.user, now=timezone.now())
            context |= {"made": key, "text": text, "form": ApiKeyForm()}
        else:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    context["keys"] = ApiKey.objects.filter(tenant=owner).order_by("revoked_at", "-pk")[:200]
    return render(request, "intake/keys.html", context, status=status)


@require_POST
def revoke_key(request: SignedIn, tenant: str, key: int) -> HttpResponse:
    """End a key. Owners and staff may."""
    owner = acting_for(request, tenant)
    ended = get_object_or_404(ApiKey, tenant=owner, pk=key)
    if api_keys.revoke(ended, by=request.user, now=timezone.now()):
        messages.success(
            request, _("The key “%(name)s” lets nobody in any more.") % {"name": ended.name}
        )
    return redirect("intake:keys", owner.slug)
