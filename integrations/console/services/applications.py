"""What the ISV's staff register and retire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from integrations.connections.models import Application, ApplicationSecret, Integration
from integrations.connections.models.applications import Kind
from integrations.connections.services import registration

# What a new integration asks for, by the kind of its application.
USUAL_SCOPES = {
    Kind.CONNECT: "visma.net.erp.salesorder:read visma.net.erp.salesorder:write",
    Kind.VNI: "financialstasks",
    Kind.SERVICE: (
        "visma.net.erp.salesorder:read visma.net.erp.salesorder:write vismanet_erp_service_api:read"
    ),
}


class LastSecret(Exception):
    """An application keeps at least one secret in use."""


@transaction.atomic
def register(application: dict[str, Any], offered: dict[str, Any]) -> Application:
    """Register a new application with the first thing it offers; makes both their slugs."""
    row = registration.register_application(
        slug=_free_slug(Application, application["name"]), **application
    )
    offer(row, offered)
    return row


def offer(application: Application, offered: dict[str, Any]) -> Integration:
    """Offer another thing over the application; without scopes it asks for the usual ones."""
    scopes = offered["scopes"] or USUAL_SCOPES[Kind(application.kind)]
    return registration.offer(
        application,
        slug=_free_slug(Integration, offered["name"]),
        **{**offered, "scopes": scopes.split()},
    )


@transaction.atomic
def retire(secret: ApplicationSecret, *, now: datetime) -> None:
    """Use a secret no more. Raises LastSecret."""
    living = ApplicationSecret.objects.select_for_update().filter(
        application=secret.application_id, retired_at=None
    )
    if [row.pk for row in living] == [secret.pk]:
        raise LastSecret
    living.filter(pk=secret.pk).update(retired_at=now)


def _free_slug(model: type[Application] | type[Integration], name: str) -> str:
    stem = slugify(name)[:40].strip("-") or model.__name__.lower()
    number, slug = 1, stem
    while model._default_manager.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug
