"""Prove at Visma how an application is registered."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations.connections.models import Application
from integrations.connections.services import proofs
from integrations.connections.services.checklist import Item, checklist


class Command(BaseCommand):
    help = "Ask Visma what can be asked of an application, and print its checklist."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("application", help="its slug")

    def handle(self, *args: Any, **options: Any) -> None:
        application = Application.objects.filter(slug=options["application"]).first()
        if application is None:
            raise CommandError("There is no application of that name.")
        now = timezone.now()
        answered = proofs.look(application, now=now)
        found = checklist(application, now=now)
        for item in found.needed:
            self.stdout.write(_line(item))
        self.stdout.write(f"{found.done} of {len(found.needed)} steps are done.")
        if not answered:
            raise CommandError("Visma did not answer all of it.")
        if any(item.state == "failed" for item in found.needed):
            raise CommandError("Something differs at Visma.")


def _line(item: Item) -> str:
    found = f"  {item.finding}" if item.finding else ""
    detail = f" ({item.row.detail})" if item.row and item.row.detail else ""
    return f"{item.state:6}  {item.step.label}{found}{detail}"
