"""Erase what a tenant's audit chain says of one person."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.audit.services.forgetting import forget_person
from integrations.tenants.models import Tenant


class Command(BaseCommand):
    help = "Erase a person's fields from a tenant's audit events; the chain goes on holding."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", help="the tenant's short name")
        parser.add_argument("email", help="the address the events name the person by")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']}.")
        forgotten = forget_person(tenant, "email", options["email"])
        if not forgotten:
            raise CommandError("No event names this address.")
        self.stdout.write(f"{tenant.slug}: erased from {forgotten} events")
