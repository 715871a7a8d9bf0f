"""Walk the audit chains and say whether each still holds."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from integrations.audit.models import AuditEvent
from integrations.audit.services import verification
from integrations.tenants.models import Tenant


class Command(BaseCommand):
    help = "Verify the audit chain, the consent ledger with it: of one tenant, or of all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", nargs="?", help="the tenant's short name; all without one")

    def handle(self, *args: Any, **options: Any) -> None:
        tenants = Tenant.objects.order_by("slug")
        if options["tenant"]:
            tenants = tenants.filter(slug=options["tenant"])
            if not tenants:
                raise CommandError(f"There is no tenant {options['tenant']}.")
        broken = [tenant.slug for tenant in tenants.iterator() if not self._holds(tenant)]
        if broken:
            raise CommandError(f"Altered: {', '.join(broken)}.")

    def _holds(self, tenant: Tenant) -> bool:
        broken_at = verification.walk(tenant, now=timezone.now())
        if broken_at is not None:
            self.stderr.write(f"{tenant.slug}: event {broken_at} does not fit")
            return False
        first = AuditEvent.objects.filter(tenant=tenant).order_by("number").first()
        since = f"unbroken since {first.at:%Y-%m-%d %H:%M}" if first else "no events"
        self.stdout.write(f"{tenant.slug}: {since}")
        return True
