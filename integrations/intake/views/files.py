"""Files of orders: sent, seen, chosen."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.deliveries.services.clock import database_now
from integrations.intake import tasks
from integrations.intake.forms import UploadForm, too_large
from integrations.intake.models import Upload
from integrations.intake.services import uploads
from integrations.intake.services.listing import refusals_page, uploads_page
from integrations.intake.views.entrance import SignedIn, acting_for, frame, tenant_of
from integrations.tenants.models import Tenant

FORM_ROOM = 64 * 1024  # what a form holds beside its file


@require_safe
def list_files(request: SignedIn, tenant: str) -> HttpResponse:
    """The tenant's files, newest first."""
    owner = tenant_of(request, tenant)
    page = uploads_page(owner, before=request.GET.get("before", ""))
    return render(request, "intake/files.html", {**frame(request, owner), "page": page})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def send_file(request: SignedIn, tenant: str) -> HttpResponse:
    """The form. Its size is looked at before the body is, and the CSRF token is in the body."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_LIMIT + FORM_ROOM:
        owner = acting_for(request, tenant)
        form = UploadForm(tenant=owner)
        shown = {**frame(request, owner), "form": form, "too_large": too_large()}
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return render(request, "intake/send_file.html", shown, status=status)
    return _send_file(request, tenant)


@csrf_protect
def _send_file(request: SignedIn, tenant: str) -> HttpResponse:
    owner = acting_for(request, tenant)
    form = UploadForm(request.POST or None, request.FILES or None, tenant=owner)
    if request.method != "POST" or not form.is_valid():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
        shown = {**frame(request, owner), "form": form}
        return render(request, "intake/send_file.html", shown, status=status)
    file = form.cleaned_data["file"]
    upload = uploads.store(
        form.cleaned_data["connection"],
        file,
        name=file.name or "",
        mapping=form.cleaned_data["mapping"],
        priority=form.cleaned_data["priority"],
        language=get_language() or settings.LANGUAGE_CODE,
        by=request.user,
        now=database_now(),
    )
    tasks.read_soon(upload)
    return redirect("intake:file", owner.slug, upload.pk)


@require_safe
def show_file(request: SignedIn, tenant: str, upload: uuid.UUID) -> HttpResponse:
    """What was found in a file, and the choice."""
    owner = tenant_of(request, tenant)
    shown = _upload(owner, upload)
    page = refusals_page(
        shown,
        order=request.GET.get("order", "").strip(),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {
        **frame(request, owner),
        "upload": shown,
        "page": page,
        "before": uploads.taken_in_before(shown),
    }
    return render(request, "intake/file.html", context)


@require_POST
def choose(request: SignedIn, tenant: str, upload: uuid.UUID) -> HttpResponse:
    """Take in the good orders, or nothing. A second press changes nothing."""
    owner = acting_for(request, tenant)
    chosen = _upload(owner, upload)
    take_in = request.POST.get("choice") == "take-in"
    if uploads.decide(chosen, take_in=take_in, by=request.user, now=database_now()) and take_in:
        tasks.take_in_soon(chosen)
    return redirect("intake:file", owner.slug, chosen.pk)


@require_POST
def go_on(request: SignedIn, tenant: str, upload: uuid.UUID) -> HttpResponse:
    """The press for a file nobody works on: ask a worker again."""
    owner = acting_for(request, tenant)
    stuck = _upload(owner, upload)
    if stuck.under_way:
        tasks.go_on(stuck)
    return redirect("intake:file", owner.slug, stuck.pk)


def _upload(tenant: Tenant, upload_id: uuid.UUID) -> Upload:
    uploads_of_tenant = Upload.objects.for_tenant(tenant)
    beside = ["connection__company", "connection__integration", "uploaded_by", "decided_by"]
    return get_object_or_404(uploads_of_tenant.select_related(*beside), pk=upload_id)
