"""Files are read and taken in beside the web server. A message carries an id and no truth."""

from __future__ import annotations

import logging
import uuid

from celery import shared_task

from integrations.deliveries.tasks import ring
from integrations.intake.models import Upload
from integrations.intake.services import holding, taking_in, upload_reading

logger = logging.getLogger(__name__)

# What a request may do itself, well under a second.
READ_AT_ONCE = 256 * 1024  # bytes
TAKEN_IN_AT_ONCE = 100  # orders


@shared_task
def read_upload(upload_id: str) -> None:
    """Read a stored file, so that a person can choose."""
    upload_reading.read_upload(uuid.UUID(upload_id))


@shared_task
def take_in_upload(upload_id: str) -> None:
    """Accept the good orders of a decided upload."""
    take_in_now(uuid.UUID(upload_id))


@shared_task
def pick_up_uploads() -> None:
    """Each minute: go on with uploads whose message or worker was lost."""
    for upload in holding.left_alone():
        go_on(upload)


def take_in_now(upload_id: uuid.UUID) -> None:
    """Accept here and now, ringing as orders become due."""
    for batch in taking_in.take_in(upload_id):
        if batch.created:
            ring()


def go_on(upload: Upload) -> None:
    """Ask a worker to read or take in an upload; without a broker the next pick-up does."""
    task = read_upload if upload.state == Upload.State.READING else take_in_upload
    try:
        task.apply_async((str(upload.pk),), retry=False)
    except Exception as error:
        # Whatever the broker's client raises: the upload is stored, pick_up_uploads finds it.
        logger.warning("No worker could be asked: %s", type(error).__name__)


def read_soon(upload: Upload) -> None:
    """Read a small file at once, a larger one beside the web server."""
    if upload.size <= READ_AT_ONCE:
        try:
            upload_reading.read_upload(upload.pk)
        except Exception:
            # The page says that it is being read; a worker tries again.
            logger.exception("Upload %s could not be read at once", upload.pk)
    else:
        go_on(upload)


def take_in_soon(upload: Upload) -> None:
    """Take in a few orders at once, many beside the web server."""
    if upload.waiting_count <= TAKEN_IN_AT_ONCE:
        take_in_now(upload.pk)
    else:
        go_on(upload)
