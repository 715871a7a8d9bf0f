"""What an answer's headers say about time and quota. Odd values read as absent, never as errors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from integrations.visma.calls import Answer

_QUOTA = tuple(f"x-ratelimit-{name}" for name in ("limit", "remaining", "reset", "policy"))
EPOCH_FROM = 1e9  # X-RateLimit-Reset: seconds left today, seconds since 1970 in 2021's answers


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The X-RateLimit headers. ``reset`` is in seconds from the answer; None: not said."""

    limit: int | None
    remaining: int | None
    reset: float | None
    policy: str


def answered_at(answer: Answer) -> datetime | None:
    """Return Visma's own clock at the answer (Date, RFC 9110 section 6.6.1), in UTC."""
    return _http_date(_only(answer, "date"))


def retry_after(answer: Answer) -> float | None:
    """Return how many seconds Visma asks us to wait (Retry-After, RFC 9110 section 10.2.3)."""
    text = _only(answer, "retry-after")
    seconds = _whole_number(text)
    if seconds is not None:
        return float(seconds)
    until, now = _http_date(text), answered_at(answer)
    if until is None or now is None:
        return None
    return max(0.0, (until - now).total_seconds())


def rate_limit(answer: Answer) -> RateLimit | None:
    """Return what X-RateLimit-Limit, -Remaining, -Reset and -Policy say; None if none is there."""
    if answer.headers.keys().isdisjoint(_QUOTA):
        return None
    limit, remaining, reset, policy = (_only(answer, name) for name in _QUOTA)
    if not (limit or remaining or reset or policy):
        return None
    return RateLimit(
        limit=_whole_number(limit),
        remaining=_whole_number(remaining),
        reset=_seconds_left(_whole_number(reset), answer),
        policy=policy[:60],
    )


def _seconds_left(reset: int | None, answer: Answer) -> float | None:
    if reset is None or reset < EPOCH_FROM:
        return reset
    now = answered_at(answer)
    return max(0.0, reset - now.timestamp()) if now else None


def _only(answer: Answer, name: str) -> str:
    values = answer.headers.get(name)
    if not values or (len(values) > 1 and len(set(values)) > 1):
        return ""
    return values[0]


def _whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
