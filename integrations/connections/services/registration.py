"""Applications as they stand in Visma's Developer Portal, and what is offered over them."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from integrations.connections.models import Application, ApplicationSecret, Integration
from integrations.connections.models.applications import Kind, Route


@transaction.atomic
def register_application(
    *,
    name: str,
    slug: str,
    kind: str,
    client_id: str,
    secret: str = "",
    invitation_code: str = "",
    one_time_refresh: bool = False,
    refresh_grace: timedelta | None = None,
    uses_openid: bool = True,
) -> Application:
    """Register an application, or bring the one of that slug up to date.

    A secret is added beside those there; Visma lets several live at once.
    """
    application, _ = Application.objects.update_or_create(
        slug=slug,
        defaults={
            "name": name,
            "kind": kind,
            "client_id": client_id,
            "invitation_code": invitation_code,
            "one_time_refresh": one_time_refresh,
            "refresh_grace": refresh_grace,
            "uses_openid": uses_openid,
        },
    )
    if secret:
        add_secret(application, secret)
    return application


def add_secret(application: Application, value: str) -> ApplicationSecret:
    """Keep a client secret, sealed; the newest one is used."""
    secret = ApplicationSecret(application=application)
    secret.seal(value)
    secret.save()
    return secret


def offer(
    application: Application,
    *,
    name: str,
    slug: str,
    scopes: list[str],
    purpose: str = "",
    reference_prefix: str = "",
    visma_user_hint: str = "",
) -> Integration:
    """Offer an integration over the application, or bring the one of that slug up to date."""
    integration, _ = Integration.objects.update_or_create(
        slug=slug,
        defaults={
            "application": application,
            # A VNI token opens nothing else.
            "route": Route.ERP_V1 if application.kind == Kind.VNI else Route.SALESORDER_V3,
            "name": name,
            "scopes": " ".join(scopes),
            "purpose": purpose,
            "reference_prefix": reference_prefix,
            "visma_user_hint": visma_user_hint,
        },
    )
    return integration
