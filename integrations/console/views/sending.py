"""What is held back, by whom, since when and why; holding back and letting go."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import apnumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from integrations.console.forms import PauseForm
from integrations.console.views.frame import page
from integrations.deliveries import tasks
from integrations.deliveries.models import Pause
from integrations.deliveries.services import pauses, pausing, reaches
from integrations.deliveries.services.clock import database_now
from integrations.tenants.access import SignedInRequest, staff_only

LIFTED_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def show(request: SignedInRequest) -> HttpResponse:
    form = PauseForm(request.POST or None, initial={"what": request.GET.get("what", "")})
    if request.method == "POST" and form.is_valid():
        pausing.pause(
            form.reach(), by=request.user, why=form.cleaned_data["why"], now=database_now()
        )
        messages.success(request, _("Paused. Nothing new of it is sent."))
        return redirect("console:sending")
    standing = pauses.standing()
    return page(
        request,
        "console/sending.html",
        {
            "form": form,
            "standing": standing,
            "lifted": pauses.lifted(LIFTED_SHOWN),
            "heading": _heading(standing),
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK,
    )


@require_POST
@staff_only
def resume(request: SignedInRequest, pk: int) -> HttpResponse:
    """Staff lift any pause, a tenant's own too."""
    row = get_object_or_404(
        Pause.objects.select_related(
            "application", "integration__application", "tenant", "connection__company__tenant"
        ),
        pk=pk,
    )
    if pausing.resume(reaches.reach_of(row), by=request.user, now=database_now()):
        messages.success(request, _("It goes on, unless another pause holds it."))
    else:
        messages.info(request, _("It was not paused any more."))
    tasks.ring()
    return redirect("console:sending")


def _heading(standing: list[Pause]) -> str:
    if not standing:
        return _("Nothing is paused")
    if standing[0].scope == Pause.Scope.EVERYTHING:
        return _("Everything is paused")
    text = ngettext("%(n)s pause stands", "%(n)s pauses stand", len(standing))
    return str(capfirst(text % {"n": apnumber(len(standing))}))
