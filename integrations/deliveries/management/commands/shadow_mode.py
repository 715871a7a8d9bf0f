"""Shadow mode of a connection from the command line: build, check and look up, send nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.connections.models import Connection
from integrations.deliveries.services import shadow
from integrations.deliveries.services.actors import COMMAND_LINE
from integrations.deliveries.services.clock import database_now


class Command(BaseCommand):
    """Without ``--on`` or ``--off`` it tells how a connection stands and what ending would do."""

    help = "Try a connection without sending: switch shadow mode on or off, or tell how it stands."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--connection", type=int, required=True, metavar="ID")
        switch = parser.add_mutually_exclusive_group()
        switch.add_argument("--on", action="store_true", help="send nothing from now on")
        switch.add_argument("--off", action="store_true", help="look once more, then send")

    def handle(self, connection: int, on: bool, off: bool, **options: Any) -> None:
        row = (
            Connection.objects.select_related("company__tenant", "integration")
            .filter(pk=connection)
            .first()
        )
        if row is None:
            raise CommandError(f"There is no connection {connection}.")
        if on:
            shadow.switch_on(row, by=COMMAND_LINE, now=database_now())
        elif off:
            shadow.switch_off(row, by=COMMAND_LINE, now=database_now())
        self.stdout.write(_told(shadow.shadow_of(row)))


def _told(now: shadow.Shadow) -> str:
    if now.since is None:
        return "Shadow mode is off: orders go out."
    counts = (
        f"{_bounded(now.waiting)} orders wait, {_bounded(now.found)} of them are in Visma.net "
        f"already, {_bounded(now.unseen)} are still to be looked up."
    )
    if now.ends_at is not None:
        return f"Shadow mode ends when all that wait were looked up once more. {counts}"
    return f"Shadow mode is on since {now.since:%Y-%m-%d %H:%M:%S}. {counts}"


def _bounded(count: int) -> str:
    return f"{count} or more" if count == shadow.MOST else str(count)
