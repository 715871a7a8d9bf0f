"""Add a client secret to an application, and try it."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations.connections.management.typed import typed_secret
from integrations.connections.models import Application
from integrations.connections.services import client_secrets
from integrations.connections.services.secret_trials import Verdict


class Command(BaseCommand):
    help = (
        "Keep another client secret of an application, and try it at Visma. It is asked for, or "
        "read from standard input or from CLIENT_SECRET; it is never an argument."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("application", help="its slug")
        parser.add_argument("--ends-on", type=date.fromisoformat, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        application = Application.objects.filter(slug=options["application"]).first()
        value = typed_secret()
        if application is None or not value:
            raise CommandError("There is no application of that name, or no secret was given.")
        now = timezone.now()
        try:
            secret = client_secrets.add(application, value, expires_on=options["ends_on"], now=now)
        except client_secrets.AlreadyKept as already:
            raise CommandError("This secret is kept already.") from already
        verdict = client_secrets.attempt(secret, now=now)
        if verdict is Verdict.REFUSED:
            raise CommandError(
                "Kept, but Visma refuses it. A new one may take two minutes to work: run "
                f"'look_at_application {application.slug}' then."
            )
        told = "Visma takes it." if verdict is Verdict.ACCEPTED else "Visma did not answer yet."
        self.stdout.write(f"Kept, encrypted. {told}")
