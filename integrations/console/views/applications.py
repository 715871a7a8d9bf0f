"""Applications: what to paste at Visma, secrets that go in and never come out, what they offer."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.connections.forms import SecretForm
from integrations.connections.models import Application, ApplicationSecret
from integrations.connections.services import addresses
from integrations.console.forms import ApplicationForm, IntegrationForm
from integrations.console.services import applications
from integrations.console.services.applications import LastSecret
from integrations.console.views.frame import page
from integrations.tenants.access import SignedInRequest, staff_only


@require_safe
@staff_only
def show_list(request: SignedInRequest) -> HttpResponse:
    rows = Application.objects.prefetch_related("integrations", "secrets")
    return page(request, "console/applications.html", {"applications": list(rows)})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def register(request: SignedInRequest) -> HttpResponse:
    application, offer = (
        ApplicationForm(request.POST or None),
        IntegrationForm(request.POST or None, prefix="offer"),
    )
    if request.method == "POST" and all([application.is_valid(), offer.is_valid()]):
        row = applications.register(application.cleaned_data, offer.cleaned_data)
        messages.success(request, _("Registered. Add its secret next."))
        return redirect("console:application", row.slug)
    wrong = application.errors or offer.errors
    return page(
        request,
        "console/new_application.html",
        {"form": application, "offer": offer, "redirect_uri": addresses.redirect_uri("connect")},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


@require_safe
@staff_only
def show(request: SignedInRequest, slug: str) -> HttpResponse:
    return _page(request, get_object_or_404(Application, slug=slug))


@sensitive_post_parameters()
@require_POST
@staff_only
def add_secret(request: SignedInRequest, slug: str) -> HttpResponse:
    application = get_object_or_404(Application, slug=slug)
    form = SecretForm(request.POST, instance=ApplicationSecret(application=application))
    if not form.is_valid():
        return _page(request, application, secret=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    form.save()
    messages.success(request, _("Kept, encrypted. It is used from now on."))
    return redirect("console:application", application.slug)


@require_POST
@staff_only
def retire_secret(request: SignedInRequest, slug: str, secret_id: UUID) -> HttpResponse:
    application = get_object_or_404(Application, slug=slug)
    secret = get_object_or_404(application.secrets, pk=secret_id)
    try:
        applications.retire(secret, now=timezone.now())
    except LastSecret:
        messages.warning(request, _("It is the last one in use. Add the new one first."))
    else:
        messages.success(request, _("It is used no more."))
    return redirect("console:application", application.slug)


@require_POST
@staff_only
def add_integration(request: SignedInRequest, slug: str) -> HttpResponse:
    application = get_object_or_404(Application, slug=slug)
    form = IntegrationForm(request.POST, prefix="offer")
    if not form.is_valid():
        return _page(request, application, offer=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    applications.offer(application, form.cleaned_data)
    messages.success(request, _("Tenants can connect it now."))
    return redirect("console:application", application.slug)


def _page(
    request: SignedInRequest,
    application: Application,
    *,
    secret: SecretForm | None = None,
    offer: IntegrationForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    secrets = list(application.secrets.all())
    return page(
        request,
        "console/application.html",
        {
            "application": application,
            "redirect_uri": addresses.redirect_uri(application.kind),
            "secrets": secrets,
            "in_use": [row for row in secrets if row.retired_at is None],
            "integrations": list(application.integrations.all()),
            "secret_form": secret or SecretForm(),
            "offer": offer or IntegrationForm(prefix="offer"),
        },
        status=status,
    )
