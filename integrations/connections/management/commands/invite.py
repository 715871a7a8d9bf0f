"""Make an invitation link."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations.connections.models import Integration
from integrations.connections.services import addresses, invitations, second_channel
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
        parser.add_argument("--minutes", type=int, default=None, help="how long it works, from 30")
        parser.add_argument("--code", action="store_true", help="ask for a code, printed too")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        integration = Integration.objects.filter(slug=options["integration"]).first()
        if tenant is None or integration is None:
            raise CommandError("There is no tenant or no integration of that name.")
        if options["mail"] and not options["email"]:
            raise CommandError("--mail needs --email.")
        life = _life(options["minutes"])
        code = second_channel.new_code() if options["code"] else ""
        invitation, token = invitations.make(
            tenant,
            integration,
            email=options["email"],
            language=options["language"],
            expected_visma_tenant_id=options["tenant_id"],
            expected_number=options["number"],
            life=life,
            code=code,
            now=timezone.now(),
        )
        if options["mail"]:
            invitations.mail(invitation, token)
        self.stdout.write(addresses.invitation_link(token))
        if code:
            self.stdout.write(f"Code, to be told by another way: {second_channel.in_halves(code)}")


def _life(minutes: int | None) -> timedelta | None:
    if minutes is None:
        return None
    life = timedelta(minutes=minutes)
    if not invitations.SHORTEST <= life <= invitations.LONGEST:
        raise CommandError("--minutes is from 30 to 20160, which are 14 days.")
    return life
