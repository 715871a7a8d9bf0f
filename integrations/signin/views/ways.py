"""How somebody signs in: password, addresses, and the Visma user."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from integrations.signin.middleware import SESSION_KEY
from integrations.signin.models import VismaUser
from integrations.signin.services import accounts, configuration
from integrations.tenants.access import SignedInRequest


@require_safe
@never_cache
def show(request: SignedInRequest) -> HttpResponse:
    return render(
        request,
        "signin/ways.html",
        {
            "link": VismaUser.objects.filter(user=request.user).first(),
            "offered": configuration.application() is not None,
            "may_use": configuration.may_use(request.user),
            "has_password": request.user.has_usable_password(),
        },
    )


@require_POST
def unlink(request: SignedInRequest) -> HttpResponse:
    """Take the Visma user off; the person stays signed in here."""
    try:
        gone = accounts.unlink(request.user, now=timezone.now())
    except accounts.NoOtherWay:
        messages.warning(request, _("Choose a password first, so that you can still sign in."))
        return redirect("signin:ways")
    request.session.pop(SESSION_KEY, None)
    if gone:
        messages.success(request, _("The Visma user opens this log-in no more."))
    return redirect("signin:ways")
