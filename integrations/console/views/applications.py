"""Applications: how far each is, what to paste at Visma, and what they offer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import apnumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.connections.forms import SecretForm
from integrations.connections.models import Application
from integrations.connections.models.applications import Kind, OrderInKey
from integrations.connections.services import addresses, registration
from integrations.connections.services.checklist import Checklist, checklist
from integrations.console.application_forms import (
    ApplicationForm,
    ChangeForm,
    CodeForm,
    IntegrationForm,
)
from integrations.console.services import applications, checklist_words, event_words
from integrations.console.views.frame import page
from integrations.signin.services import configuration as sign_in
from integrations.tenants.access import SignedInRequest, staff_only


@require_safe
@staff_only
def show_list(request: SignedInRequest) -> HttpResponse:
    rows = [
        (row, checklist_words.step_title(row.application, row.checklist.next.step))
        if row.checklist.next
        else (row, "")
        for row in applications.rows(now=timezone.now())
    ]
    context = {"rows": rows, "tests_serving": applications.serving_though_for_tests()}
    return page(request, "console/applications.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def register(request: SignedInRequest) -> HttpResponse:
    application, offer = (
        ApplicationForm(request.POST or None),
        IntegrationForm(request.POST or None, prefix="offer"),
    )
    if request.method == "POST" and all([application.is_valid(), offer.is_valid()]):
        row = applications.register(application.columns(), offer.cleaned_data, by=request.user)
        messages.success(request, _("Registered. Add its secret next."))
        return redirect("console:application", row.slug)
    wrong = application.errors or offer.errors
    return page(
        request,
        "console/application_new.html",
        {"form": application, "offer": offer, "redirect_uris": _redirect_uris()},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )


@require_safe
@staff_only
def show(request: SignedInRequest, slug: str) -> HttpResponse:
    return application_page(request, get_object_or_404(Application, slug=slug))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def change(request: SignedInRequest, slug: str) -> HttpResponse:
    application = get_object_or_404(Application, slug=slug)
    # The form fills its instance while it checks; what is stored stays apart from it.
    form = ChangeForm(request.POST or None, instance=get_object_or_404(Application, slug=slug))
    if request.method == "POST" and form.is_valid():
        registration.change(application, form.columns(), by=request.user, now=timezone.now())
        messages.success(request, _("Changed. Look again whether Visma agrees."))
        return redirect("console:application", application.slug)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    context = {"application": application, "form": form}
    return page(request, "console/application_change.html", context, status=status)


@require_POST
@staff_only
def keep_code(request: SignedInRequest, slug: str) -> HttpResponse:
    application = get_object_or_404(Application, slug=slug)
    form, now = CodeForm(request.POST), timezone.now()
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return application_page(request, application, code=form, status=status)
    wanted = {
        "invitation_code": form.cleaned_data["invitation_code"],
        "invitation_code_made_at": form.made_at(now),
    }
    registration.change(application, wanted, by=request.user, now=now)
    messages.success(request, _("Kept. Invitations show this code from now on."))
    return redirect("console:application", application.slug)


@require_POST
@staff_only
def add_integration(request: SignedInRequest, slug: str) -> HttpResponse:
    application = get_object_or_404(Application, slug=slug)
    form = IntegrationForm(request.POST, prefix="offer", application=application)
    if not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return application_page(request, application, offer=form, status=status)
    applications.offer(application, form.cleaned_data)
    messages.success(request, _("Tenants can connect it now."))
    return redirect("console:application", application.slug)


def application_page(
    request: SignedInRequest,
    application: Application,
    *,
    secret: SecretForm | None = None,
    offer: IntegrationForm | None = None,
    code: CodeForm | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """An application with its checklist; a form that was refused comes back in its place."""
    progress = checklist(application, now=timezone.now())
    context = {
        "application": application,
        "checklist": progress,
        "heading": _heading(application, progress),
        "groups": checklist_words.groups(application, progress.items),
        "redirect_uri": addresses.redirect_uri(application.kind),
        "sign_in_uris": sign_in.addresses_of(application),
        "developer_portal": settings.VISMA_DEVELOPER_PORTAL_URL,
        "code_ends_at": registration.code_ends_at(application),
        "in_use": list(application.secrets.in_use()),
        "retired": list(application.secrets.exclude(retired_at=None)),
        "integrations": list(application.integrations.all()),
        "orders_in_key": OrderInKey.choices,
        "events": event_words.newest(application),
        "secret_form": secret or SecretForm(),
        "offer": offer or IntegrationForm(prefix="offer", application=application),
        "code_form": code or CodeForm(),
        "tests_serving": applications.serving_though_for_tests(application),
    }
    return page(request, "console/application.html", context, status=status)


def _heading(application: Application, progress: Checklist) -> str:
    if not progress.left:
        return _("%(name)s is ready for real companies") % {"name": application.name[:60]}
    text = ngettext(
        "%(n)s step left before real companies",
        "%(n)s steps left before real companies",
        progress.left,
    )
    return str(capfirst(text % {"n": apnumber(progress.left)}))


def _redirect_uris() -> list[tuple[str, Any, str]]:
    """What to paste at Visma, by the kinds that need it: an id for the page, the kind, the URI."""
    uris = [(f"redirect-{kind}", kind.label, addresses.redirect_uri(kind)) for kind in Kind]
    return [row for row in uris if row[-1]]
