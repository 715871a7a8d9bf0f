"""Let go what `pause`, a page or the API holds back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.deliveries import tasks
from integrations.deliveries.management.targets import add_targets, target_of
from integrations.deliveries.models import Delivery
from integrations.deliveries.services import decisions, pausing
from integrations.deliveries.services.actors import COMMAND_LINE
from integrations.deliveries.services.clock import database_now


class Command(BaseCommand):
    help = "Let go what is named; another pause may still hold it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_targets(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        target = target_of(options)
        if target is None:
            raise CommandError("Name what goes on.")
        if isinstance(target, Delivery):
            decisions.resume(target, by=COMMAND_LINE, now=database_now())
            lifted = True
        else:
            lifted = pausing.resume(target, by=COMMAND_LINE, now=database_now())
        tasks.ring()
        self.stdout.write("It goes on." if lifted else "It was not paused.")
