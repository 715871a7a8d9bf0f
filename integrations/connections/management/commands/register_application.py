"""Register an application of the Developer Portal."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.connections.management.typed import typed_secret
from integrations.connections.models import Application
from integrations.connections.models.applications import (
    LONGEST_TOKEN,
    ApplicationType,
    Environment,
    Kind,
    PermissionType,
)
from integrations.connections.services import addresses, registration


class Command(BaseCommand):
    help = (
        "Register an application and what is offered over it. The client secret is asked for, or "
        "read from standard input or from CLIENT_SECRET; it is never an argument."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--name", required=True)
        parser.add_argument("--kind", choices=list(Kind), required=True)
        parser.add_argument("--client-id", required=True)
        parser.add_argument("--type", choices=list(ApplicationType), default="")
        parser.add_argument(
            "--permission", choices=list(PermissionType), default=PermissionType.ALL
        )
        parser.add_argument(
            "--registered-scopes", default="", help="beside those offered; separated by blanks"
        )
        parser.add_argument(
            "--token-minutes",
            type=int,
            default=LONGEST_TOKEN,
            choices=range(1, LONGEST_TOKEN + 1),
            metavar="1..60",
        )
        parser.add_argument(
            "--environment", choices=list(Environment), default=Environment.PRODUCTION
        )
        parser.add_argument("--invitation-code", default="", help="kind service")
        parser.add_argument("--one-time-refresh", action="store_true")
        parser.add_argument("--refresh-grace", type=int, metavar="SECONDS")
        parser.add_argument("--refresh-idle-days", type=int, metavar="DAYS")
        parser.add_argument("--refresh-absolute-days", type=int, metavar="DAYS")
        parser.add_argument("--without-openid", action="store_true")
        parser.add_argument("--offers", metavar="NAME", help="the integration's name")
        parser.add_argument("--offers-slug", help="default: the application's slug")
        parser.add_argument("--scopes", default="", help="separated by blanks")
        parser.add_argument("--purpose", default="")
        parser.add_argument("--prefix", default="", help="goes before each reference")
        parser.add_argument("--visma-user", default="", help="as which user to sign in")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["offers"] and not options["scopes"]:
            raise CommandError("--offers needs --scopes.")
        grace = options["refresh_grace"]
        application = registration.register_application(
            name=options["name"],
            slug=options["slug"],
            kind=options["kind"],
            client_id=options["client_id"],
            secret=typed_secret(),
            application_type=options["type"],
            permission_type=options["permission"],
            scopes=[*options["registered_scopes"].split(), *options["scopes"].split()],
            token_minutes=options["token_minutes"],
            environment=options["environment"],
            invitation_code=options["invitation_code"],
            one_time_refresh=options["one_time_refresh"],
            refresh_grace=None if grace is None else timedelta(seconds=grace),
            refresh_idle_days=options["refresh_idle_days"],
            refresh_absolute_days=options["refresh_absolute_days"],
            uses_openid=not options["without_openid"],
        )
        if options["offers"]:
            _offer(application, options)
        uri = addresses.redirect_uri(application.kind)
        if uri:
            self.stdout.write(f"Register this redirect URI in the Developer Portal: {uri}")


def _offer(application: Application, options: dict[str, Any]) -> None:
    registration.offer(
        application,
        name=options["offers"],
        slug=options["offers_slug"] or options["slug"],
        scopes=options["scopes"].split(),
        purpose=options["purpose"],
        reference_prefix=options["prefix"],
        visma_user_hint=options["visma_user"],
    )
