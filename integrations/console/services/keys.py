"""Paging by key for lists whose newest rows have the highest ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)
PAGE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """``newer`` and ``older`` are keys to go on from; None at an end."""

    rows: list[Row]
    newer: int | None
    older: int | None


def newest_first(
    found: QuerySet[Row], *, before: int | None = None, after: int | None = None
) -> Page[Row]:
    """Up to ``PAGE`` rows older than ``before`` or newer than ``after``, or the newest."""
    if after is not None:
        nearest = list(found.filter(pk__gt=after).order_by("pk")[: PAGE + 1])
        if len(nearest) <= PAGE:
            # The newest page is always a full one.
            return newest_first(found)
        rows = nearest[:PAGE][::-1]
        return Page(rows, newer=rows[0].pk, older=rows[-1].pk)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    return Page(
        rows,
        newer=rows[0].pk if rows and before is not None else None,
        older=rows[-1].pk if more else None,
    )
