"""Files of orders: stored whole, and decided by a person."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from django.db import transaction

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.intake.models import Upload, UploadChunk, UploadedOrder
from integrations.intake.services.holding import LEASE
from integrations.tenants.models import User

CHUNK = 256 * 1024


def store(
    connection: Connection,
    file: IO[bytes],
    *,
    name: str,
    mapping: str,
    language: str,
    by: User | None,
    now: datetime,
    priority: Delivery.Priority = Delivery.Priority.NORMAL,
) -> Upload:
    """Keep a file until a worker has read it: it may run on another machine.

    ``now`` is the database's. Chunks are written one by one, since SQLite has one writer; an
    upload that ends half-way is seen by its size.
    """
    digest, size = _measured(file)
    upload = Upload.objects.create(
        connection=connection,
        name=_shown(name),
        size=size,
        digest=digest,
        mapping=mapping,
        priority=priority,
        language=language,
        worked_until=now + LEASE,
        uploaded_by=by,
        uploaded_at=now,
    )
    for number, content in enumerate(iter(lambda: file.read(CHUNK), b"")):
        UploadChunk.objects.create(upload=upload, number=number, content=content)
    Upload.objects.filter(pk=upload.pk).update(worked_until=None)
    upload.worked_until = None
    return upload


@contextmanager
def file_of(upload: Upload) -> Iterator[Path | None]:
    """The stored file for a while; None when it did not arrive whole."""
    with tempfile.NamedTemporaryFile(prefix="orders-") as file:
        numbers = upload.chunks.order_by("number").values_list("pk", flat=True)
        for pk in list(numbers):
            file.write(UploadChunk.objects.values_list("content", flat=True).get(pk=pk))
        file.flush()
        yield Path(file.name) if file.tell() == upload.size else None


def decide(upload: Upload, *, take_in: bool, by: User | None, now: datetime) -> bool:
    """The person's choice: the good orders, or nothing. False when it was made already."""
    state = Upload.State.ACCEPTING if take_in else Upload.State.DROPPED
    with transaction.atomic():
        decided = Upload.objects.filter(pk=upload.pk, state=Upload.State.READ).update(
            state=state, decided_by=by, decided_at=now, worked_until=None
        )
        if decided and not take_in:
            UploadedOrder.objects.filter(upload=upload).delete()
    upload.refresh_from_db()
    return bool(decided)


def taken_in_before(upload: Upload) -> Upload | None:
    """An earlier upload of the same file for the same connection that was taken in."""
    same = Upload.objects.filter(
        connection=upload.connection_id, digest=upload.digest, state=Upload.State.ACCEPTED
    )
    return same.exclude(pk=upload.pk).order_by("-uploaded_at").first()


def _measured(file: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    for content in iter(lambda: file.read(CHUNK), b""):
        digest.update(content)
        size += len(content)
    file.seek(0)
    return digest.hexdigest(), size


def _shown(name: str) -> str:
    text = "".join(c for c in name.rpartition("/")[2] if c.isprintable())
    return text[:200] or "orders"
