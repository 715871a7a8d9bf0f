"""Compare the tally of orders by state with the orders themselves."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.deliveries.services import tallies


class Command(BaseCommand):
    help = "Compare the counts of orders that metrics tell with the table; it is read whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mend", action="store_true", help="set right what differs")

    def handle(self, *args: Any, **options: Any) -> None:
        lacking = tallies.mend() if options["mend"] else tallies.differences()
        for (state, reason), number in sorted(lacking.items()):
            amount = f"{number} too few" if number > 0 else f"{-number} too many"
            self.stdout.write(f"{f'{state} {reason}'.strip()}: {amount}")
        if lacking and not options["mend"]:
            raise CommandError("The tally is wrong. Run again with --mend.")
        self.stdout.write("Mended." if lacking else "The tally is right.")
