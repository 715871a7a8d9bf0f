"""Make an invitation link."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations.connections.models import Integration
from integrations.connections.services import addresses, invitations
from integrations.tenants.models import Tenant


class Command(BaseCommand):
    help = "Make a link that lets somebody connect a company. It is printed this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="the tenant's slug")
        parser.add_argument("integration", help="the integration's slug")
        parser.add_argument("--email", default="", help="whom the link is for")
        parser.add_argument("--language", default="", help="en, nb, sv, da, fi or nl")
        parser.add_argument("--mail", action="store_true", help="mail it to that address too")
        parser.add_argument("--tenant-id", default=None, help="the company's Visma tenant id")
        parser.add_argument("--number", default="", help="the company's organisation number")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        integration = Integration.objects.filter(slug=options["integration"]).first()
        if tenant is None or integration is None:
            raise CommandError("There is no tenant or no integration of that name.")
        if options["mail"] and not options["email"]:
            raise CommandError("--mail needs --email.")
        invitation, token = invitations.make(
            tenant,
            integration,
            email=options["email"],
            language=options["language"],
            expected_visma_tenant_id=options["tenant_id"],
            expected_number=options["number"],
            now=timezone.now(),
        )
        if options["mail"]:
            invitations.mail(invitation, token)
        self.stdout.write(addresses.invitation_link(token))
