"""How far a pause reaches, and whose it is to lift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.connections.models import Application, Connection, Integration
from integrations.deliveries.models import Pause
from integrations.tenants.models import Tenant

Scope = Pause.Scope


@dataclass(frozen=True, slots=True)
class Reach:
    """What is paused. ``tenant`` beside an integration: only that tenant's connections of it."""

    scope: Pause.Scope
    application: Application | None = None
    integration: Integration | None = None
    tenant: Tenant | None = None
    connection: Connection | None = None
    by_staff: bool = False

    @property
    def word(self) -> str:
        named = {
            "application": self.application,
            "tenant": self.tenant,
            "integration": self.integration,
            "connection": self.connection,
        }
        parts = [f"{name}:{row.pk}" for name, row in named.items() if row is not None]
        return "/".join(parts) or "everything"

    def columns(self) -> dict[str, Any]:
        return {
            "scope": self.scope, "application": self.application, "integration": self.integration,
            "tenant": self.tenant, "connection": self.connection, "by_staff": self.by_staff,
            "reach": self.word,
        }  # fmt: skip


def everything() -> Reach:
    return Reach(Scope.EVERYTHING, by_staff=True)


def of_application(application: Application) -> Reach:
    return Reach(Scope.APPLICATION, application=application, by_staff=True)


def of_integration(integration: Integration, tenant: Tenant | None = None) -> Reach:
    """For all tenants, which is for staff to do, or for one tenant."""
    return Reach(Scope.INTEGRATION, integration=integration, tenant=tenant, by_staff=tenant is None)


def of_tenant(tenant: Tenant, *, by_staff: bool = False) -> Reach:
    """By its own people, or by staff, which its own people can't lift."""
    return Reach(Scope.TENANT, tenant=tenant, by_staff=by_staff)


def of_connection(connection: Connection) -> Reach:
    return Reach(Scope.CONNECTION, connection=connection)


def reach_of(pause: Pause) -> Reach:
    """The reach to lift a pause by."""
    return Reach(
        Scope(pause.scope), pause.application, pause.integration, pause.tenant, pause.connection,
        pause.by_staff,
    )  # fmt: skip
