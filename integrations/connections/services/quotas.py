"""What Visma's answers said about how much more we may ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.connections.models import Quota
from integrations.visma.errors import Throttled, VismaError
from integrations.visma.headers import RateLimit

UNNAMED_WAIT = 60.0  # seconds after a 429 that names none
LONGEST_WAIT = 24 * 3600.0
KEPT = 0.05  # of the limit


@dataclass(frozen=True, slots=True)
class Said:
    """What one answer said about an application's quota in a company."""

    application_id: int
    company_key: str
    rate_limit: RateLimit | None
    retry_after: float | None
    at: datetime


def note(
    application_id: int,
    company_key: str,
    rate_limit: RateLimit | None,
    retry_after: float | None,
    now: datetime,
) -> None:
    """Keep what one answer said, in one statement. ``retry_after`` is a 429's, in seconds."""
    note_all([Said(application_id, company_key, rate_limit, retry_after, now)])


def note_all(said: Iterable[Said]) -> None:
    """Keep what answers said, one statement for all that told the same things."""
    alike: dict[tuple[str, ...], list[Quota]] = {}
    for one in said:
        quota, told = _as_row(one)
        if len(told) > 1:
            alike.setdefault(told, []).append(quota)
    for told, rows in alike.items():
        Quota.objects.bulk_create(
            sorted(rows, key=lambda row: (row.application_id, row.company_key)),
            update_conflicts=True,
            unique_fields=["application", "company_key"],
            update_fields=told,
        )


def _as_row(said: Said) -> tuple[Quota, tuple[str, ...]]:
    """The row, and the columns the answer told."""
    rate_limit, retry_after, now = said.rate_limit, said.retry_after, said.at
    quota = Quota(application_id=said.application_id, company_key=said.company_key, seen_at=now)
    told = ["seen_at"]
    if rate_limit is not None:
        quota.policy = rate_limit.policy
        quota.limit, quota.remaining = rate_limit.limit, rate_limit.remaining
        if rate_limit.reset is not None:
            quota.resets_at = now + timedelta(seconds=min(rate_limit.reset, LONGEST_WAIT))
        told += ["policy", "limit", "remaining", "resets_at"]
    if retry_after is not None:
        quota.closed_until = now + timedelta(seconds=min(retry_after, LONGEST_WAIT))
        told.append("closed_until")
    return quota, tuple(told)


def note_error(application_id: int, company_key: str, error: VismaError, now: datetime) -> None:
    """Keep what a refusal's headers said; a 429 closes the quota, said or not for how long."""
    wait = None
    if isinstance(error, Throttled):
        wait = UNNAMED_WAIT if error.retry_after is None else error.retry_after
    note(application_id, company_key, error.rate_limit, wait, now)


def opens_at(
    application_id: int, company_key: str, *, in_background: bool, now: datetime
) -> datetime | None:
    """When a check may ask again; None: now.

    A twentieth of the allowance is kept for checks that a person waits for: those in the
    background leave it alone.
    """
    row = Quota.objects.filter(application_id=application_id, company_key=company_key).first()
    if row is None:
        return None
    if row.closed_until is not None and row.closed_until > now:
        return row.closed_until
    if row.closed_until is not None and (row.seen_at is None or row.seen_at <= row.closed_until):
        # Nothing was heard since; by now a call works, Visma said.
        return None
    if row.limit is None or row.remaining is None or row.resets_at is None or row.resets_at <= now:
        return None
    kept = int(row.limit * KEPT) if in_background else 0
    return row.resets_at if row.remaining <= kept else None


def closed_until(application_id: int, company_key: str) -> datetime | None:
    """Until when nothing may be asked; a time gone by means nothing."""
    return (
        Quota.objects.filter(application_id=application_id, company_key=company_key)
        .values_list("closed_until", flat=True)
        .first()
    )
