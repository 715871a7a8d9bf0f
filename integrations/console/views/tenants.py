"""Tenants: found, made, and one of them with its connections and invitations."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.connections.forms import InvitationForm
from integrations.connections.models import Integration, Invitation
from integrations.connections.services import (
    addresses,
    invitation_list,
    invitation_states,
    invitations,
    second_channel,
)
from integrations.console.forms import ListForm, TenantForm
from integrations.console.services import connections, tenants
from integrations.console.views.frame import page, query
from integrations.tenants.access import SignedInRequest, staff_only
from integrations.tenants.models import Tenant
from integrations.tenants.services import SlugTaken, add_member, mail_invited, make_tenant

MOST_INVITATIONS = 20


@require_safe
@staff_only
def show_list(request: SignedInRequest) -> HttpResponse:
    wanted = ListForm(request.GET).wanted()
    sought = (wanted["q"] or "").strip()
    found = tenants.page(sought, before=wanted["before"], after=wanted["after"])
    return page(
        request,
        "console/tenants.html",
        {
            "rows": found.rows,
            "sought": sought,
            "newer_url": query(q=sought, before=found.newer) if found.newer else "",
            "older_url": query(q=sought, after=found.older) if found.older else "",
            "any_tenant": bool(found.rows) or Tenant.objects.exists(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def make(request: SignedInRequest) -> HttpResponse:
    form = TenantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            tenant = make_tenant(given["name"], slug=given["slug"], language=given["language"])
        except SlugTaken:
            form.add_error("slug", _("This one is taken. Choose another."))
        else:
            if given["owner"]:
                member, _is_new = add_member(tenant, given["owner"])
                mail_invited(member)
            messages.success(request, _("Made. Invite somebody to connect a company next."))
            return redirect("console:tenant", tenant.slug)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return page(request, "console/new_tenant.html", {"form": form}, status=status)


@require_safe
@staff_only
def show(request: SignedInRequest, slug: str) -> HttpResponse:
    return _page(request, get_object_or_404(Tenant, slug=slug))


@never_cache
@require_POST
@staff_only
def invite(request: SignedInRequest, slug: str) -> HttpResponse:
    """Make a link and show it this once: only its digest is kept."""
    tenant = get_object_or_404(Tenant, slug=slug)
    form = InvitationForm(request.POST, by_staff=True)
    if not form.is_valid():
        return _page(request, tenant, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    given = form.cleaned_data
    code = second_channel.new_code() if given["with_code"] else ""
    with transaction.atomic():
        invitation, token = invitations.make(
            tenant,
            given["integration"],
            email=given["email"],
            language=given["language"],
            by=request.user,
            life=form.life(),
            expected_visma_tenant_id=given["expected_visma_tenant_id"],
            code=code,
            now=timezone.now(),
        )
        if given["mail"]:
            invitations.mail(invitation, token)
    return _page(
        request,
        tenant,
        link=addresses.invitation_link(token),
        code=second_channel.in_halves(code) if code else "",
        mailed_to=given["email"] if given["mail"] else "",
    )


@require_POST
@staff_only
def withdraw(request: SignedInRequest, slug: str, invitation_id: UUID) -> HttpResponse:
    tenant = get_object_or_404(Tenant, slug=slug)
    invitation = get_object_or_404(Invitation, tenant=tenant, pk=invitation_id)
    if invitations.withdraw(invitation, by=request.user, now=timezone.now()):
        messages.success(request, _("Withdrawn. The link leads nowhere any more."))
    else:
        messages.warning(request, _("It was used or withdrawn already."))
    return redirect("console:tenant", tenant.slug)


def _page(
    request: SignedInRequest,
    tenant: Tenant,
    *,
    form: InvitationForm | None = None,
    link: str = "",
    code: str = "",
    mailed_to: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    now = timezone.now()
    made = invitation_states.with_last_try(invitation_list.shown_of(tenant))
    rows = connections.of_tenant(tenant)
    return page(
        request,
        "console/tenant.html",
        {
            "tenant": tenant,
            "rows": rows,
            "broken": sum(row.connection.state == "broken" for row in rows),
            "invitations": [
                (each, invitation_states.standing(each, now=now))
                for each in made[:MOST_INVITATIONS]
            ],
            "offered": list(Integration.objects.all()),
            "members": list(tenant.members.select_related("user").order_by("role", "user__email")),
            "form": form or InvitationForm(by_staff=True, initial={"language": tenant.language}),
            "link": link,
            "code": code,
            "mailed_to": mailed_to,
        },
        status=status,
    )
