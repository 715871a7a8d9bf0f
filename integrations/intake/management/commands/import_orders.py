"""Take in a file of orders from the command line, as the upload page does."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import get_language

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.clock import database_now
from integrations.deliveries.services.urgency import WORDS
from integrations.intake import tasks
from integrations.intake.models import Upload
from integrations.intake.services import upload_reading, uploads
from integrations.intake.services.mappings import MAPPINGS


class Command(BaseCommand):
    """Ends with 0 when every order of the file is in, with 1 when any was refused or not taken."""

    help = "Take in a file of orders (CSV or .xlsx) for one connection."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--connection", type=int, required=True, metavar="ID")
        parser.add_argument("--mapping", choices=sorted(MAPPINGS), default="plain")
        parser.add_argument(
            "--priority",
            choices=list(WORDS),
            default="normal",
            help="of orders whose rows name none",
        )
        parser.add_argument(
            "--only-if-all-good",
            action="store_true",
            help="take in nothing when any order is refused",
        )

    def handle(
        self,
        file: Path,
        connection: int,
        mapping: str,
        priority: str,
        only_if_all_good: bool,
        **options: Any,
    ) -> None:
        upload = self._read(file, connection, mapping, WORDS[priority])
        take_in = not (only_if_all_good and upload.refused_count)
        uploads.decide(upload, take_in=take_in, by=None, now=database_now())
        if take_in:
            tasks.take_in_now(upload.pk)
            upload.refresh_from_db()
        self._tell(upload)
        if upload.refused_count or not take_in:
            sys.exit(1)

    def _read(
        self, file: Path, connection_id: int, mapping: str, priority: Delivery.Priority
    ) -> Upload:
        connection = Connection.objects.filter(pk=connection_id).first()
        if connection is None:
            raise CommandError(f"There is no connection {connection_id}.")
        try:
            if file.stat().st_size > settings.UPLOAD_LIMIT:
                raise CommandError(f"{file} is larger than UPLOAD_LIMIT_MB allows.")
            with file.open("rb") as content:
                upload = uploads.store(
                    connection,
                    content,
                    name=file.name,
                    mapping=mapping,
                    priority=priority,
                    language=get_language() or settings.LANGUAGE_CODE,
                    by=None,
                    now=database_now(),
                )
        except OSError as error:
            raise CommandError(f"{file} can't be read: {error.strerror}.") from error
        upload_reading.read_upload(upload.pk)
        upload.refresh_from_db()
        if upload.state != Upload.State.READ:
            raise CommandError(upload.fault or "The file could not be read.")
        return upload

    def _tell(self, upload: Upload) -> None:
        for note in upload.notes:
            self.stdout.write(note)
        refusals = upload.refusals.order_by("pk")
        for refusal in refusals.iterator(chunk_size=1000):
            place = " · ".join(filter(None, [f"row {refusal.row}", refusal.column, refusal.value]))
            self.stdout.write(
                f"refused {refusal.reference or '(no number)'}: {place}: {refusal.reason}"
            )
        self.stdout.write(
            f"{upload.row_count} rows: {upload.accepted_count} orders accepted, "
            f"{upload.known_count} here already, {upload.refused_count} refused."
        )
