"""The checklist of an application: looked at anew, and ticked where only a person can know."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from integrations.connections.models import Application, ChecklistStep
from integrations.connections.services import checklist, proofs
from integrations.connections.services.checklist import AUDIENCES
from integrations.console.views.applications import application_page
from integrations.tenants.access import SignedInRequest, staff_only


class TickForm(forms.Form):
    """Which step, and whether it is done."""

    step = forms.ChoiceField(choices=ChecklistStep.Step.choices)
    done = forms.ChoiceField(choices=[("yes", ""), ("no", "")])
    choice = forms.ChoiceField(choices=[(name, "") for name in AUDIENCES], required=False)


@require_POST
@staff_only
def look(request: SignedInRequest, slug: str) -> HttpResponse:
    """Ask Visma now."""
    application = get_object_or_404(Application, slug=slug)
    if proofs.look(application, by=request.user, now=timezone.now()):
        messages.success(request, _("Looked at Visma just now."))
    else:
        messages.warning(request, _("Visma did not answer all of it. Look again later."))
    return redirect("console:application", application.slug)


@require_POST
@staff_only
def tick(request: SignedInRequest, slug: str) -> HttpResponse:
    application, form = get_object_or_404(Application, slug=slug), TickForm(request.POST)
    if not form.is_valid():
        return application_page(request, application, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    given, now = form.cleaned_data, timezone.now()
    try:
        if given["done"] == "yes":
            checklist.tick(
                application, given["step"], choice=given["choice"], by=request.user, now=now
            )
        else:
            checklist.untick(application, given["step"], by=request.user, now=now)
    except checklist.NotToTick:
        messages.warning(request, _("Nobody ticks this step: “Look again” proves it."))
    return redirect("console:application", application.slug)
