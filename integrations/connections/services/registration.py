"""Applications as they stand in Visma's Developer Portal, and what is offered over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations.connections.models import (
    Application,
    ApplicationSecret,
    Connection,
    Integration,
)
from integrations.connections.models.applications import (
    LONGEST_TOKEN,
    ApplicationType,
    Environment,
    Kind,
    PermissionType,
    Route,
)
from integrations.connections.services import application_events
from integrations.tenants.models import User


@transaction.atomic
def register_application(
    *,
    name: str,
    slug: str,
    kind: str,
    client_id: str,
    secret: str = "",
    application_type: str = "",
    permission_type: str = PermissionType.ALL,
    scopes: Sequence[str] = (),
    token_minutes: int = LONGEST_TOKEN,
    environment: str = Environment.PRODUCTION,
    invitation_code: str = "",
    invitation_code_made_at: datetime | None = None,
    one_time_refresh: bool = False,
    refresh_grace: timedelta | None = None,
    refresh_idle_days: int | None = None,
    refresh_absolute_days: int | None = None,
    uses_openid: bool = True,
    by: User | None = None,
) -> Application:
    """Register an application, or bring the one of that slug up to date.

    A secret is added beside those there; Visma lets several live at once. Without a type it is the
    usual one of its kind.
    """
    application, is_new = Application.objects.update_or_create(
        slug=slug,
        defaults={
            "name": name,
            "kind": kind,
            "client_id": client_id,
            "application_type": application_type or usual_type(kind),
            "permission_type": permission_type,
            "scopes": " ".join(dict.fromkeys(scopes)),
            "token_minutes": token_minutes,
            "environment": environment,
            "invitation_code": invitation_code,
            "invitation_code_made_at": invitation_code_made_at,
            "one_time_refresh": one_time_refresh,
            "refresh_grace": refresh_grace,
            "refresh_idle_days": refresh_idle_days,
            "refresh_absolute_days": refresh_absolute_days,
            "uses_openid": uses_openid,
        },
    )
    verb = "application.registered" if is_new else "application.changed"
    application_events.record(application, verb, by=by, now=timezone.now())
    if secret:
        add_secret(application, secret)
    return application


def usual_type(kind: str) -> ApplicationType:
    return ApplicationType.SERVICE if kind == Kind.SERVICE else ApplicationType.WEB


@transaction.atomic
def change(
    application: Application, wanted: dict[str, Any], *, by: User | None, now: datetime
) -> list[str]:
    """Bring an application up to date; returns the names of what changed. The rest stays."""
    changed = [name for name, value in wanted.items() if getattr(application, name) != value]
    if "invitation_code" in changed:
        application.invitation_code_reminded_at = None
    for name in changed:
        setattr(application, name, wanted[name])
    if changed:
        application.save(update_fields=[*changed, "invitation_code_reminded_at"])
        application_events.record(
            application, "application.changed", by=by, now=now, columns=" ".join(sorted(changed))
        )
    return changed


def code_ends_at(application: Application) -> datetime | None:
    """When the invitation code ends; None where nobody wrote down when it was made."""
    made_at, life = application.invitation_code_made_at, settings.INVITATION_CODE_LIFE
    return made_at + life if application.invitation_code and made_at else None


def serving_though_for_tests() -> QuerySet[Application]:
    """Applications meant for tests over which companies are connected."""
    serving = Connection.objects.filter(state=Connection.State.CONNECTED)
    return Application.objects.filter(
        environment=Environment.TEST, integrations__connections__in=serving
    ).distinct()


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
