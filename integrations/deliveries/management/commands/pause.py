"""Hold back one order, a connection, a tenant, an integration, an application, or everything."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.deliveries.management.targets import add_targets, target_of
from integrations.deliveries.models import Delivery, Pause
from integrations.deliveries.services import decisions, pausing
from integrations.deliveries.services.actors import COMMAND_LINE
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.decisions import NotPossible


class Command(BaseCommand):
    help = "Send nothing new of what is named. Without a name: print what is paused now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_targets(parser)
        parser.add_argument("--why", default="", help="shown wherever the pause shows")

    def handle(self, *args: Any, **options: Any) -> None:
        target = target_of(options)
        if target is None:
            self._list()
        elif isinstance(target, Delivery):
            try:
                decisions.pause(target, by=COMMAND_LINE, now=database_now())
            except NotPossible as refused:
                raise CommandError(f"It can't be paused: {refused.code}.") from refused
            self.stdout.write("The order is paused.")
        else:
            row = pausing.pause(target, by=COMMAND_LINE, why=options["why"], now=database_now())
            self.stdout.write(_line(row))

    def _list(self) -> None:
        rows = Pause.objects.standing().select_related("by")
        for row in rows:
            self.stdout.write(_line(row))
        if not rows:
            self.stdout.write("Nothing is paused.")


def _line(row: Pause) -> str:
    who = row.by.email if row.by else row.by_name
    why = f": {row.why}" if row.why else ""
    return f"{row.reach} is paused since {row.since:%Y-%m-%d %H:%M:%S} by {who or '?'}{why}"
