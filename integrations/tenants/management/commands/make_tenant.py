"""Makes a tenant, and its first owner if an address is given."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email, validate_slug

from integrations.tenants.services import SlugTaken, add_member, mail_invited, make_tenant


class Command(BaseCommand):
    help = "Make a tenant."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--slug", default="", help="its name in addresses; made from the name")
        parser.add_argument("--owner", default="", help="an e-mail address to invite as owner")
        parser.add_argument("--language", default="en", choices=dict(settings.LANGUAGES))

    def handle(self, *args: Any, **options: Any) -> None:
        name, slug, owner = options["name"].strip(), options["slug"], options["owner"]
        if not 1 <= len(name) <= 120:
            raise CommandError("A name has 1 to 120 characters.")
        try:
            if slug:
                validate_slug(slug)
            if owner:
                validate_email(owner)
            tenant = make_tenant(name, slug=slug[:50], language=options["language"])
        except ValidationError as refused:
            raise CommandError(" ".join(refused.messages)) from None
        except SlugTaken:
            raise CommandError(f"The short name {slug} is taken. Choose another.") from None
        if owner:
            member, _ = add_member(tenant, owner)
            mail_invited(member)
        self.stdout.write(f"{tenant.name} is at {settings.PUBLIC_URL}/t/{tenant.slug}/")
