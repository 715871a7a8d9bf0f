"""Order numbers of ours for one connection: on or off, and under which prefix."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from integrations.connections.models import Connection
from integrations.connections.services import own_numbers
from integrations.console.forms import OwnNumbersForm
from integrations.console.views.frame import page
from integrations.tenants.access import SignedInRequest, staff_only


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    rows = Connection.objects.select_related("company__tenant", "integration")
    connection = get_object_or_404(rows, pk=pk)
    form = OwnNumbersForm(request.POST or None, initial=_initial(connection))
    if request.method == "POST" and form.is_valid() and _keep(request, connection, form):
        messages.success(request, _("Kept. Orders that go out from now on are numbered so."))
        return redirect("workspace:connection", connection.company.tenant.slug, pk)
    return page(
        request,
        "console/own_numbers.html",
        {"connection": connection, "company": connection.company, "form": form},
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
    )


def _initial(connection: Connection) -> dict[str, object]:
    return {"own_numbers": connection.own_numbers, "begins_with": connection.number_prefix}


def _keep(request: SignedInRequest, connection: Connection, form: OwnNumbersForm) -> bool:
    now = timezone.now()
    if not form.cleaned_data["own_numbers"]:
        own_numbers.switch_off(connection, by=request.user, now=now)
        return True
    try:
        own_numbers.switch_on(
            connection, prefix=form.cleaned_data["begins_with"], by=request.user, now=now
        )
    except own_numbers.PrefixTaken:
        form.add_error("begins_with", _("Another connection to this company has this prefix."))
        return False
    return True
