"""What people decide about one order. Each is one POST and comes back to the order's page."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n
from django.views.decorators.http import require_POST

from integrations.deliveries import tasks
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import decisions, urgency
from integrations.deliveries.services.decisions import NotPossible
from integrations.tenants.access import SignedInRequest, tenant_acted_for_by
from integrations.tenants.models import User
from integrations.workspace.forms import NumberForm, PriorityForm
from integrations.workspace.views.orders import delivery_of, order_page

_REFUSALS = {
    "cancel_delivered": n("It is in Visma.net already, so cancel it there."),
    "cancel_rejected": n("It is not on its way, so there is nothing to cancel."),
    "cancel_parked": n("It is not on its way, so there is nothing to cancel."),
    "cancel_cancelled": n("It was cancelled already."),
    "decide_first": n("Say first which order in Visma.net stands, or that none does."),
    "resend_delivered": n("It is in Visma.net already."),
    "number_taken": n("Another order of yours has this number. Look at the number once more."),
}


def _cancel(delivery: Delivery, by: User) -> str:
    row = decisions.cancel(delivery, by=by, now=timezone.now())
    if row.state == Delivery.State.CANCELLED:
        return _("Cancelled. It is not sent.")
    return _("It is cancelled as soon as we know that it did not arrive.")


def _send(delivery: Delivery, by: User) -> str:
    row = decisions.resend(delivery, by=by, now=timezone.now())
    if row.state == Delivery.State.UNCERTAIN:
        return _("We look in Visma.net first, and send it if it is not there.")
    return _("It is on its way again.")


def _pause(delivery: Delivery, by: User) -> str:
    decisions.pause(delivery, by=by, now=timezone.now())
    return _("Paused. Nothing of it is sent until somebody presses Resume.")


def _resume(delivery: Delivery, by: User) -> str:
    decisions.resume(delivery, by=by, now=timezone.now())
    return _("It goes on.")


def _decide_none(delivery: Delivery, by: User) -> str:
    decisions.decide_none(delivery, by=by, now=timezone.now())
    return _("Noted: it is not in Visma.net. It is sent anew.")


ACTS: dict[str, Callable[[Delivery, User], str]] = {
    "cancel": _cancel,
    "send": _send,
    "pause": _pause,
    "resume": _resume,
    "none": _decide_none,
}


@require_POST
def act(request: SignedInRequest, slug: str, pk: int, deed: str) -> HttpResponse:
    tenant = tenant_acted_for_by(request.user, slug)
    delivery = delivery_of(tenant, pk)
    if deed not in ACTS:
        raise Http404
    try:
        messages.success(request, ACTS[deed](delivery, request.user))
    except NotPossible as refused:
        messages.warning(request, refusal(refused))
    tasks.ring()
    return redirect("workspace:order", tenant.slug, delivery.pk)


@require_POST
def decide_number(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """A person names the order in Visma.net that this one is."""
    tenant = tenant_acted_for_by(request.user, slug)
    delivery = delivery_of(tenant, pk)
    form = NumberForm(request.POST)
    if form.is_valid():
        try:
            decisions.decide_number(
                delivery,
                order_type=form.cleaned_data["order_type"].upper(),
                number=form.cleaned_data["number"],
                by=request.user,
                now=timezone.now(),
            )
        except NotPossible as refused:
            form.add_error("number", refusal(refused))
        else:
            messages.success(request, _("Noted. The order counts as delivered."))
            return redirect("workspace:order", tenant.slug, delivery.pk)
    return order_page(request, tenant, delivery, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
def prioritize(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Let an order that waits go out sooner or later than others of its company."""
    tenant = tenant_acted_for_by(request.user, slug)
    delivery = delivery_of(tenant, pk)
    form = PriorityForm(request.POST)
    if not form.is_valid():
        raise Http404
    wanted = form.cleaned_data["priority"]
    try:
        urgency.change(delivery, wanted, by=request.user, now=timezone.now())
        messages.success(request, _("Noted. It counts from now on."))
    except NotPossible as refused:
        messages.warning(request, refusal(refused))
    return redirect("workspace:order", tenant.slug, delivery.pk)


def refusal(refused: NotPossible) -> str:
    """The sentence for a refused decision; mostly the order moved on while the page was open."""
    text = _REFUSALS.get(refused.code, n("The order has moved on meanwhile. Look once more."))
    return _(text)
