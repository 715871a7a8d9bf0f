"""The commands `resend` and `cancel`: a bulk act, previewed or carried out here and now."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from integrations.deliveries import tasks
from integrations.deliveries.models import BulkAct, Delivery
from integrations.deliveries.services import bulk_acts
from integrations.deliveries.services.actors import COMMAND_LINE
from integrations.deliveries.services.bulk_acts import FindsEverything
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.selecting import STATES, Selection
from integrations.deliveries.services.urgency import WORDS
from integrations.tenants.models import Tenant


class ByFilter(BaseCommand):
    """Each option narrows. Broken off half-way, the workers go on with it; a page stops it."""

    deed: ClassVar[BulkAct.Deed]

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="NAME", help="its name in addresses")
        parser.add_argument("--state", default="", choices=sorted(filter(None, STATES)))
        parser.add_argument(
            "--reason", default="", choices=[reason for reason in Delivery.Reason.values if reason]
        )
        parser.add_argument("--priority", default="", choices=list(WORDS))
        parser.add_argument("--connection", type=int, metavar="ID")
        parser.add_argument("--integration", default="", metavar="NAME")
        parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument("--text", default="", help="reference or number, or its beginning")
        parser.add_argument("--dry-run", action="store_true", help="say what it would do")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError("There is no such tenant.")
        names = (
            "state", "reason", "priority", "connection", "integration", "since", "until", "text",
        )  # fmt: skip
        selection = Selection(**{name: options[name] for name in names})
        try:
            if options["dry_run"]:
                self._preview(tenant, selection)
            else:
                self._carry_out(tenant, selection)
        except FindsEverything as error:
            raise CommandError("Name at least one thing to choose by.") from error

    def _preview(self, tenant: Tenant, selection: Selection) -> None:
        found = bulk_acts.preview(tenant, self.deed, selection, now=database_now())
        for delivery in found.sample:
            self.stdout.write(f"{delivery.order.reference}  {delivery.state}")
        if found.count > len(found.sample):
            self.stdout.write("…")
        self.stdout.write(f"{self.deed}: {found.count} orders. Nothing was changed.")
        self._tell(found.left_out)

    def _carry_out(self, tenant: Tenant, selection: Selection) -> None:
        act, new = bulk_acts.start(
            tenant, self.deed, selection, by=COMMAND_LINE, now=database_now()
        )
        if not new:
            self.stdout.write(f"The same runs already since {act.started_at:%H:%M:%S}.")
        before = -1
        while act.seen_count > before:
            before = act.seen_count
            tasks.act_now(act.pk)
            act.refresh_from_db()
        if act.under_way:
            raise CommandError(f"Somebody else carries it out: {act.pk}.")
        done = ", ".join(f"{number} {code}" for code, number in sorted(act.outcomes.items()))
        self.stdout.write(f"{act.pk} {act.state}: {done or 'nothing'}.")
        self._tell(act.left_out)

    def _tell(self, left_out: dict[str, int]) -> None:
        for code, number in sorted(left_out.items()):
            self.stdout.write(f"left out: {number} {code}")
