"""The good orders of a file go into the outbox, batch by batch."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator

from django.db import transaction
from django.db.models import F
from django.utils import translation

from integrations.audit.services import record
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.clock import database_now
from integrations.intake.models import Refusal, Upload, UploadedOrder
from integrations.intake.services import holding
from integrations.intake.services.accepting import BATCH_SIZE, Batch, accept_batch, pause
from integrations.intake.services.holding import Held, Lost
from integrations.intake.services.mappings import MAPPINGS
from integrations.intake.services.refusals import reused_fault
from integrations.intake.services.upload_reading import refusal_of
from integrations.orders.models import SalesOrder

logger = logging.getLogger(__name__)


def take_in(upload_id: uuid.UUID) -> Iterator[Batch]:
    """Accept what still waits of a decided upload; the caller rings after each batch.

    Each batch marks its orders in the transaction that accepts them, so whoever goes on after a
    stop counts nothing twice. Ends at once when somebody else has the upload.
    """
    held = holding.take(upload_id, Upload.State.ACCEPTING)
    try:
        while held and (batch := _take_batch(held)):
            yield batch
            pause()
    except Lost:
        logger.warning("Upload %s was taken in by another worker meanwhile", upload_id)


def _take_batch(held: Held) -> Batch | None:
    waiting = UploadedOrder.objects.filter(upload=held.upload, state=UploadedOrder.State.NEW)
    orders = list(waiting.order_by("pk")[:BATCH_SIZE])
    if not orders:
        _finish(held)
        return None
    with held.writing():
        batch = accept_batch(
            held.upload.connection,
            [order.content for order in orders],
            source=SalesOrder.Source.FILE,
            now=database_now(),
            priorities={o.reference: Delivery.Priority(o.priority) for o in orders},
        )
        _mark(held.upload, orders, batch)
    return batch


def _mark(upload: Upload, orders: list[UploadedOrder], batch: Batch) -> None:
    mine = UploadedOrder.objects.filter(upload=upload)
    mine.filter(reference__in=batch.created).update(state=UploadedOrder.State.TAKEN, content={})
    mine.filter(reference__in=batch.known).update(state=UploadedOrder.State.KNOWN, content={})
    mine.filter(reference__in=batch.reused).delete()
    reused = [order for order in orders if order.reference in batch.reused]
    heading = MAPPINGS[upload.mapping].heading_of("reference")
    with translation.override(upload.language):
        Refusal.objects.bulk_create(
            refusal_of(
                upload, order.reference, reused_fault(order.first_row, heading, order.reference)
            )
            for order in reused
        )
    moved_rows = sum(order.row_count for order in reused)
    Upload.objects.filter(pk=upload.pk).update(
        accepted_count=F("accepted_count") + len(batch.created),
        order_count=F("order_count") - len(batch.known) - len(batch.reused),
        known_count=F("known_count") + len(batch.known),
        refused_count=F("refused_count") + len(batch.reused),
        good_row_count=F("good_row_count") - moved_rows,
        refused_row_count=F("refused_row_count") + moved_rows,
    )


def _finish(held: Held) -> None:
    upload = Upload.objects.select_related("decided_by").get(pk=held.upload.pk)
    facts = {
        "upload": upload.pk,
        "connection": upload.connection_id,
        "file": upload.digest,
        "orders": upload.accepted_count,
    }
    by = {"by": upload.decided_by.email} if upload.decided_by else {}
    tenant = held.upload.connection.company.tenant
    with transaction.atomic():
        held.let_go(state=Upload.State.ACCEPTED)
        personal = {"file": upload.name, **by}
        record(tenant, "orders.accepted", facts=facts, personal=personal, now=database_now())
