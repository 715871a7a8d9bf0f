"""Client secrets: they go in and are tried, and come out once, on the way to their deletion."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from integrations.connections.forms import SecretForm
from integrations.connections.models import Application, ApplicationSecret
from integrations.connections.services import client_secrets
from integrations.connections.services.secret_trials import Verdict
from integrations.console.views.applications import application_page
from integrations.console.views.frame import page
from integrations.keyring import ring
from integrations.tenants.access import SignedInRequest, staff_only


@sensitive_post_parameters()
@require_POST
@staff_only
def add(request: SignedInRequest, slug: str) -> HttpResponse:
    """Keep a new secret and try it at once."""
    application, now = get_object_or_404(Application, slug=slug), timezone.now()
    form = SecretForm(request.POST, instance=ApplicationSecret(application=application))
    secret = None
    if form.is_valid():
        given = form.cleaned_data
        try:
            secret = client_secrets.add(
                application,
                given["client_secret"],
                expires_on=given["expires_on"],
                by=request.user,
                now=now,
            )
        except client_secrets.AlreadyKept:
            form.add_error("client_secret", _("This secret is kept here already."))
    if secret is None:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return application_page(request, application, secret=form, status=status)
    _tell(request, client_secrets.attempt(secret, by=request.user, now=now))
    return redirect("console:application", application.slug)


@require_POST
@staff_only
def attempt(request: SignedInRequest, slug: str, secret_id: UUID) -> HttpResponse:
    """Try a secret that is in use once more."""
    application, secret = _found(slug, secret_id)
    if secret.retired_at is None:
        _tell(request, client_secrets.attempt(secret, by=request.user, now=timezone.now()))
    return redirect("console:application", application.slug)


@require_POST
@staff_only
def retire(request: SignedInRequest, slug: str, secret_id: UUID) -> HttpResponse:
    application, secret = _found(slug, secret_id)
    try:
        client_secrets.retire(secret, by=request.user, now=timezone.now())
    except client_secrets.NoOtherWorks:
        messages.warning(
            request,
            _("Visma took no other secret just now, so this one stays. Add a new one first."),
        )
    else:
        messages.success(
            request, _("It is used no more. Delete it at Visma too; we keep it until then.")
        )
    return redirect("console:application", application.slug)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
@sensitive_variables("value")
def show(request: SignedInRequest, slug: str, secret_id: UUID) -> HttpResponse:
    """Ask whether to show a retired secret; shown once, it is forgotten."""
    application, secret = _found(slug, secret_id)
    context: dict[str, object] = {"application": application, "secret": secret}
    if request.method != "POST":
        return page(request, "console/application_secret.html", context)
    try:
        value = client_secrets.reveal(secret, by=request.user, now=timezone.now())
    except client_secrets.Forgotten:
        messages.warning(request, _("This secret is not kept here any more."))
    except ring.Unreadable:
        messages.warning(request, _("This secret can’t be opened: its encryption key is gone."))
    else:
        return page(request, "console/application_secret.html", {**context, "value": value})
    return redirect("console:application", application.slug)


@require_POST
@staff_only
def forget(request: SignedInRequest, slug: str, secret_id: UUID) -> HttpResponse:
    application, secret = _found(slug, secret_id)
    try:
        client_secrets.forget(secret, by=request.user, now=timezone.now())
    except client_secrets.Forgotten:
        messages.warning(request, _("This secret is not kept here any more."))
    else:
        messages.success(request, _("Forgotten."))
    return redirect("console:application", application.slug)


def _found(slug: str, secret_id: UUID) -> tuple[Application, ApplicationSecret]:
    application = get_object_or_404(Application, slug=slug)
    return application, get_object_or_404(application.secrets, pk=secret_id)


def _tell(request: SignedInRequest, verdict: Verdict) -> None:
    match verdict:
        case Verdict.ACCEPTED:
            messages.success(request, _("Visma takes it. It is used from now on."))
        case Verdict.REFUSED:
            messages.error(
                request,
                _(
                    "Visma refuses it. A new secret may take two minutes to work: try it again "
                    "then, and look whether the client id is right."
                ),
            )
        case Verdict.UNKNOWN:
            messages.warning(request, _("Visma did not answer. It is kept: try it again later."))
