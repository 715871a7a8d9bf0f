"""Whether an integration keeps the order of a buyer's orders: chosen by staff."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from integrations.connections.models import Integration
from integrations.connections.models.applications import OrderInKey
from integrations.console.services import applications
from integrations.deliveries.tasks import ring
from integrations.tenants.access import SignedInRequest, staff_only


class OrderInKeyForm(forms.Form):
    """The choice of one integration."""

    order_in_key = forms.ChoiceField(choices=OrderInKey.choices)


@require_POST
@staff_only
def choose(request: SignedInRequest, slug: str, offered: str) -> HttpResponse:
    """Change it; orders that wait line up anew."""
    integration = get_object_or_404(Integration, application__slug=slug, slug=offered)
    form = OrderInKeyForm(request.POST)
    if not form.is_valid():
        raise Http404
    choice = OrderInKey(form.cleaned_data["order_in_key"])
    applications.keep_order(integration, choice, by=request.user)
    ring()
    messages.success(request, _("Kept. Orders that wait have lined up anew."))
    return redirect("console:application", slug)
