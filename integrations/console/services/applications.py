"""What the ISV's staff register, and how far each registration has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from integrations.connections.models import Application, Integration
from integrations.connections.models.applications import Kind, OrderInKey
from integrations.connections.services import application_events, registration
from integrations.connections.services.checklist import Checklist, checklist
from integrations.deliveries.services import ordering
from integrations.tenants.models import User

# What a new integration asks for, by the kind of its application.
USUAL_SCOPES = {
    Kind.CONNECT: "visma.net.erp.salesorder:read visma.net.erp.salesorder:write",
    Kind.SERVICE: (
        "visma.net.erp.salesorder:read visma.net.erp.salesorder:write vismanet_erp_service_api:read"
    ),
    Kind.VNI: "financialstasks",
}


@dataclass(frozen=True, slots=True)
class Row:
    """An application with how far it is."""

    application: Application
    checklist: Checklist


def rows(*, now: datetime) -> list[Row]:
    found = Application.objects.prefetch_related("integrations", "checklist__ticked_by")
    return [Row(application, checklist(application, now=now)) for application in found]


def serving_though_for_tests(application: Application | None = None) -> list[Application]:
    """In production, applications for tests (of those, this one) that serve companies."""
    if not settings.PRODUCTION:
        return []
    serving = registration.serving_though_for_tests()
    return list(serving.filter(pk=application.pk) if application else serving)


@transaction.atomic
def register(application: dict[str, Any], offered: dict[str, Any], *, by: User) -> Application:
    """Register a new application with the first thing it offers; makes both their slugs."""
    wanted = _scopes(Kind(application["kind"]), offered)
    named = [*application.pop("scopes").split(), *wanted]
    row = registration.register_application(
        slug=_free_slug(Application, application["name"]), scopes=named, by=by, **application
    )
    _offer(row, offered, wanted)
    return row


def offer(application: Application, offered: dict[str, Any]) -> Integration:
    """Offer another thing over the application; without scopes it asks for the usual ones."""
    return _offer(application, offered, _scopes(Kind(application.kind), offered))


@transaction.atomic
def keep_order(integration: Integration, choice: OrderInKey, *, by: User) -> None:
    """Choose whether orders of one buyer go out one after the other, and write down who did."""
    ordering.choose(integration, choice)
    application_events.record(
        integration.application,
        "integration.order_chosen",
        by=by,
        now=timezone.now(),
        integration=integration.slug,
        choice=choice,
    )


def _offer(application: Application, offered: dict[str, Any], scopes: list[str]) -> Integration:
    return registration.offer(
        application,
        slug=_free_slug(Integration, offered["name"]),
        **{**offered, "scopes": scopes},
    )


def _scopes(kind: Kind, offered: dict[str, Any]) -> list[str]:
    text: str = offered["scopes"] or USUAL_SCOPES[kind]
    return text.split()


def _free_slug(model: type[Application] | type[Integration], name: str) -> str:
    stem = slugify(name)[:40].strip("-") or model.__name__.lower()
    number, slug = 1, stem
    while model._default_manager.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug
