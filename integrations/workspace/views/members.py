"""Who may see a tenant, and who may act for it."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from integrations.tenants.access import SignedInRequest, tenant_acted_for_by, tenant_seen_by
from integrations.tenants.models import Member, Tenant
from integrations.tenants.services import LastOwner
from integrations.workspace.forms import MailsForm, MemberForm
from integrations.workspace.services import headings, members
from integrations.workspace.views.place import page


@require_safe
def show(request: SignedInRequest, slug: str) -> HttpResponse:
    return _page(request, tenant_seen_by(request.user, slug), MemberForm())


@require_POST
def invite(request: SignedInRequest, slug: str) -> HttpResponse:
    tenant = tenant_acted_for_by(request.user, slug)
    form = MemberForm(request.POST)
    if form.is_valid():
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        try:
            is_new = members.invite(tenant, email, role, by=request.user, now=timezone.now())
        except LastOwner:
            form.add_error("role", _("A workspace keeps at least one owner."))
        else:
            text = _("%(email)s has access, and we sent a mail.") if is_new else _("Changed.")
            messages.success(request, text % {"email": email})
            return redirect("workspace:members", tenant.slug)
    return _page(request, tenant, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
def remove(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    tenant = tenant_acted_for_by(request.user, slug)
    member = get_object_or_404(tenant.members.select_related("user", "tenant"), pk=pk)
    try:
        members.remove(member, by=request.user, now=timezone.now())
    except LastOwner:
        messages.warning(
            request, _("A workspace keeps at least one owner. Make somebody else owner first.")
        )
    else:
        messages.success(
            request, _("%(email)s has no access any more.") % {"email": member.user.email}
        )
    if member.user_id == request.user.pk and not request.user.is_staff:
        return redirect("home")
    return redirect("workspace:members", tenant.slug)


@require_POST
def choose_mails(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """What a member is mailed about: owners choose for everybody, readers for themselves."""
    tenant = tenant_seen_by(request.user, slug)
    member = get_object_or_404(tenant.members.select_related("user", "tenant"), pk=pk)
    if member.user_id != request.user.pk:
        tenant = tenant_acted_for_by(request.user, slug)
    form = MailsForm(request.POST)
    if form.is_valid():
        members.choose_mails(
            member, form.cleaned_data["mails"], by=request.user, now=timezone.now()
        )
        messages.success(request, _("Changed."))
    return redirect("workspace:members", tenant.slug)


def _page(
    request: SignedInRequest, tenant: Tenant, form: MemberForm, *, status: int = HTTPStatus.OK
) -> HttpResponse:
    rows = list(tenant.members.select_related("user").order_by("role", "user__email"))
    context = {
        "members": rows,
        "choices": Member.Mails.choices,
        "form": form,
        "heading": headings.of_members(len(rows)),
    }
    return page(request, tenant, "workspace/members.html", context, status=status)
