"""Who works on an upload: a lease by the database's clock, so that a dead worker lets go."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from integrations.deliveries.services.clock import database_now
from integrations.intake.models import Upload

LEASE = timedelta(minutes=2)


class Lost(Exception):
    """The lease lapsed and somebody else has the upload: write nothing more."""


class Held:
    """An upload held by this worker in the state it was taken in."""

    def __init__(self, upload: Upload, until: datetime) -> None:
        self.upload = upload
        self._until = until

    @contextmanager
    def writing(self, **columns: Any) -> Iterator[None]:
        """A transaction in which the upload is ours, with the lease renewed. Raises Lost."""
        with transaction.atomic():
            until = database_now() + LEASE
            if not self._ours().update(worked_until=until, **columns):
                raise Lost
            yield
        self._until = until

    def let_go(self, **columns: Any) -> None:
        """Write what came of it and end the lease. Raises Lost."""
        if not self._ours().update(worked_until=None, **columns):
            raise Lost

    def _ours(self) -> Any:
        upload = self.upload
        return Upload.objects.filter(
            pk=upload.pk, state=upload.state, worked_until=self._until
        )  # fmt: skip


def take(upload_id: uuid.UUID, state: Upload.State) -> Held | None:
    """Hold an upload in that state; None when it is in another or somebody has it."""
    now = database_now()
    free = Q(worked_until=None) | Q(worked_until__lt=now)
    until = now + LEASE
    taken = Upload.objects.filter(free, pk=upload_id, state=state).update(
        worked_until=until, tries=F("tries") + 1
    )
    if not taken:
        return None
    uploads = Upload.objects.select_related("connection__integration", "connection__company")
    return Held(uploads.get(pk=upload_id), until)


def left_alone() -> list[Upload]:
    """Uploads under way that nobody works on: just stored, or their worker died."""
    free = Q(worked_until=None) | Q(worked_until__lt=database_now())
    return list(Upload.objects.filter(free, state__in=["reading", "accepting"])[:100])
