"""Re-encrypts what an older key sealed, row by row, while everything runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models

from integrations.connections.models import ApplicationSecret, Grant, Mail, PendingConsent
from integrations.keyring import ring

BATCH = 200


@dataclass(frozen=True, slots=True)
class Column:
    """A column of sealed values, and whose they are."""

    model: type[models.Model]
    name: str
    owner: Callable[[Any], str]

    def __str__(self) -> str:
        return f"{self.model._meta.verbose_name}.{self.name}"


@dataclass(slots=True)
class Count:
    """How a column came out. ``unreadable`` rows keep what they have: their key is missing."""

    resealed: int = 0
    unreadable: int = 0


COLUMNS = [
    Column(ApplicationSecret, "sealed_value", lambda row: row.owner),
    Column(Grant, "sealed_refresh_token", lambda row: row.owner_of("refresh_token")),
    Column(Grant, "sealed_access_token", lambda row: row.owner_of("access_token")),
    Column(PendingConsent, "sealed_verifier", lambda row: row.owner_of("verifier")),
    Column(PendingConsent, "sealed_answer", lambda row: row.owner_of("answer")),
    Column(Mail, "sealed_content", lambda row: row.owner),
]


def reseal(column: Column) -> Iterator[Count]:
    """Bring a column to the newest key; yields the count so far after each batch.

    A row that changes meanwhile is left as its writer wrote it: with the newest key anyway.
    """
    count = Count()
    newest = ring.newest_key_id()
    rows = column.model._default_manager.exclude(**{f"{column.name}__isnull": True})
    after = None
    while True:
        batch = rows.filter(pk__gt=after) if after is not None else rows
        read = list(batch.order_by("pk")[:BATCH])
        if not read:
            return
        for row in read:
            if ring.key_id_of(getattr(row, column.name)) != newest:
                _reseal_row(column, row, count)
        after = read[-1].pk
        yield count


def left_behind(column: Column) -> int:
    """How many values are not sealed with the newest key."""
    newest = ring.newest_key_id()
    values = column.model._default_manager.values_list(column.name, flat=True)
    return sum(
        1 for value in values.iterator() if value is not None and ring.key_id_of(value) != newest
    )


def _reseal_row(column: Column, row: models.Model, count: Count) -> None:
    sealed = bytes(getattr(row, column.name))
    owner = column.owner(row)
    try:
        value = ring.unseal(sealed, owner=owner)
    except ring.Unreadable:
        count.unreadable += 1
        return
    changed = column.model._default_manager.filter(pk=row.pk, **{column.name: sealed}).update(
        **{column.name: ring.seal(value, owner=owner)}
    )
    count.resealed += changed
