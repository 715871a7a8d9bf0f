"""What the commands `pause` and `resume` are told to hold back or let go."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any, TypeVar

from django.core.management.base import CommandError
from django.db.models import Model, QuerySet

from integrations.connections.models import Application, Connection, Integration
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import reaches
from integrations.deliveries.services.reaches import Reach
from integrations.tenants.models import Tenant

Row = TypeVar("Row", bound=Model)


def add_targets(parser: ArgumentParser) -> None:
    parser.add_argument("--everything", action="store_true", help="all that is sent")
    parser.add_argument("--application", metavar="NAME", help="its name in addresses")
    parser.add_argument("--integration", metavar="NAME", help="with --tenant: that tenant's only")
    parser.add_argument("--tenant", metavar="NAME", help="its name in addresses")
    parser.add_argument("--connection", metavar="ID", type=int)
    parser.add_argument("--order", metavar="REFERENCE", help="one order of --connection")


def target_of(options: dict[str, Any]) -> Reach | Delivery | None:
    """What the options name; None when they name nothing. Raises CommandError."""
    named = {name for name in _TARGETS if options.get(name)}
    if named == {"order", "connection"}:
        rows = Delivery.objects.filter(order__reference=options["order"])
        return _found(rows.filter(lane__connection=options["connection"]), "order")
    if named == {"integration", "tenant"}:
        return reaches.of_integration(_integration(options), _tenant(options))
    if len(named) > 1 or "order" in named:
        raise CommandError("Name one thing; --integration and --order take a second.")
    return _REACHES[named.pop()](options) if named else None


def _integration(options: dict[str, Any]) -> Integration:
    return _found(Integration.objects.filter(slug=options["integration"]), "integration")


def _tenant(options: dict[str, Any]) -> Tenant:
    return _found(Tenant.objects.filter(slug=options["tenant"]), "tenant")


def _application(options: dict[str, Any]) -> Application:
    return _found(Application.objects.filter(slug=options["application"]), "application")


def _connection(options: dict[str, Any]) -> Connection:
    rows = Connection.objects.select_related("company__tenant", "integration")
    return _found(rows.filter(pk=options["connection"]), "connection")


def _found(rows: QuerySet[Row], kind: str) -> Row:
    row = rows.first()
    if row is None:
        raise CommandError(f"There is no such {kind}.")
    return row


_REACHES = {
    "everything": lambda options: reaches.everything(),
    "application": lambda options: reaches.of_application(_application(options)),
    "integration": lambda options: reaches.of_integration(_integration(options)),
    "tenant": lambda options: reaches.of_tenant(_tenant(options), by_staff=True),
    "connection": lambda options: reaches.of_connection(_connection(options)),
}
_TARGETS = (*_REACHES, "order")
