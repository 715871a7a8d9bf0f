"""A stored file is read once, and what came of it is shown before anything is taken in."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from django.utils import translation
from django.utils.translation import gettext as _

from integrations.intake.models import Refusal, Upload, UploadedOrder
from integrations.intake.services import holding, reading, spreadsheets, uploads
from integrations.intake.services.accepting import known_digests, pause
from integrations.intake.services.holding import Held, Lost
from integrations.intake.services.mappings import MAPPINGS, Mapping
from integrations.intake.services.reading import GoodOrder, Reading, RefusedOrder
from integrations.intake.services.refusals import RowFault, reused_fault
from integrations.intake.services.rows import Unreadable
from integrations.orders.models import content_digest

logger = logging.getLogger(__name__)
T = TypeVar("T")

TRIES = 3  # a file that takes its worker down is not read for ever
ROWS_A_TRANSACTION = 250


def read_upload(upload_id: uuid.UUID) -> None:
    """Read a stored file, to ``read`` or ``unreadable``. Does nothing when somebody else has it."""
    held = holding.take(upload_id, Upload.State.READING)
    if held is None:
        return
    try:
        with translation.override(held.upload.language):
            _read(held)
    except Lost:
        logger.warning("Upload %s was read by another worker meanwhile", upload_id)


def _read(held: Held) -> None:
    try:
        found = _found(held)
    except Unreadable as unreadable:
        _end_unread(held, str(unreadable))
        return
    known = _sort_out_known(held.upload, found)
    _write(held, found, known)


def _found(held: Held) -> Reading:
    upload = held.upload
    if upload.tries > TRIES:
        raise Unreadable(_("We tried several times to read this file and could not."))
    with uploads.file_of(upload) as path:
        if path is None:
            raise Unreadable(_("The file did not arrive whole. Send it again."))
        return reading.read(
            spreadsheets.read_table(path),
            MAPPINGS[upload.mapping],
            prefix=upload.connection.integration.reference_prefix,
            tell=lambda rows: _tell(held, rows),
        )


def _tell(held: Held, rows: int) -> None:
    with held.writing(row_count=rows):
        pass


def _sort_out_known(upload: Upload, found: Reading) -> set[str]:
    """The references that are here already; those with other content move to the refused."""
    known: set[str] = set()
    good, found.good = found.good, []
    for batch in _batches(good, 500):
        references = [order.content["reference"] for order in batch]
        digests = known_digests(upload.connection, references)
        for order in batch:
            reference = order.content["reference"]
            if digests.get(reference, "") in {"", content_digest(order.content)}:
                found.good.append(order)
                known |= {reference} & digests.keys()
            else:
                found.refused.append(_reused(order, MAPPINGS[upload.mapping]))
    return known


def _reused(order: GoodOrder, mapping: Mapping) -> RefusedOrder:
    reference = order.content["reference"]
    heading = mapping.heading_of("reference")
    fault = reused_fault(order.first_row, heading, reference)
    return RefusedOrder(reference, order.row_count, [fault])


def _write(held: Held, found: Reading, known: set[str]) -> None:
    upload = held.upload
    with held.writing(row_count=found.row_count):
        upload.orders.all().delete()
        upload.refusals.all().delete()
    for orders in _batches(_orders(upload, found, known), ROWS_A_TRANSACTION):
        with held.writing():
            UploadedOrder.objects.bulk_create(orders)
        pause()
    for refusals in _batches(_refusals(upload, found), ROWS_A_TRANSACTION):
        with held.writing():
            Refusal.objects.bulk_create(refusals)
        pause()
    refused_rows = sum(order.row_count for order in found.refused)
    held.let_go(
        state=Upload.State.READ,
        notes=found.notes,
        good_row_count=found.row_count - refused_rows,
        refused_row_count=refused_rows,
        order_count=len(found.good) - len(known),
        known_count=len(known),
        refused_count=len(found.refused),
    )
    upload.chunks.all().delete()


def _end_unread(held: Held, sentence: str) -> None:
    held.let_go(state=Upload.State.UNREADABLE, fault=sentence[:600], row_count=0)
    held.upload.chunks.all().delete()


def _orders(upload: Upload, found: Reading, known: set[str]) -> Iterator[UploadedOrder]:
    for order in found.good:
        is_known = order.content["reference"] in known
        yield UploadedOrder(
            upload=upload,
            first_row=order.first_row,
            row_count=order.row_count,
            reference=order.content["reference"],
            state=UploadedOrder.State.KNOWN if is_known else UploadedOrder.State.NEW,
            content={} if is_known else order.content,
            priority=upload.priority if order.priority is None else order.priority,
        )


def _refusals(upload: Upload, found: Reading) -> list[Refusal]:
    refusals = [
        refusal_of(upload, order.reference, fault)
        for order in found.refused
        for fault in order.faults
    ]
    return sorted(refusals, key=lambda refusal: refusal.row)


def refusal_of(upload: Upload, reference: str, fault: RowFault) -> Refusal:
    """One fault of an order as it is kept for the page."""
    return Refusal(
        upload=upload,
        row=fault.row,
        reference=reference[:80],
        column=fault.column,
        value=fault.value,
        code=fault.code,
        reason=fault.reason,
    )


def _batches(things: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    waiting = iter(things)
    while batch := list(islice(waiting, size)):
        yield batch
