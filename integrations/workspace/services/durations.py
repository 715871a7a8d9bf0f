"""How long something took: in words, and as a bar of where the time went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from integrations.deliveries.models import Attempt, Delivery
from integrations.deliveries.services.holding import quarantine_over

TENTH, SECOND = timedelta(seconds=0.1), timedelta(seconds=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def in_words(length: timedelta, *, exact: bool = False) -> str:
    """Two units at most: 0.4 s, 8 s, 18 min 8 s, 2 h 5 min, 3 d 4 h.

    ``exact`` shows tenths up to ten seconds, not only up to one.
    """
    if length < TENTH:
        return _("under %(n)s s") % {"n": number_format(0.1, 1)}
    if length < MINUTE:
        tenths = 1 if length < (10 * SECOND if exact else SECOND) else 0
        return _("%(n)s s") % {"n": number_format(length.total_seconds(), tenths)}
    if length < HOUR:
        return _two(_("%(n)d min"), length // MINUTE, _("%(n)d s"), length % MINUTE, seconds=1)
    if length < DAY:
        return _two(_("%(n)d h"), length // HOUR, _("%(n)d min"), length % HOUR, seconds=60)
    return _two(_("%(n)d d"), length // DAY, _("%(n)d h"), length % DAY, seconds=3600)


def _two(first: str, number: int, second: str, rest: timedelta, *, seconds: int) -> str:
    small = int(rest.total_seconds()) // seconds
    words = [first % {"n": number}]
    if small:
        words.append(second % {"n": small})
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an order's time: waiting, sending, quarantine or looking."""

    kind: str
    length: timedelta


def where_time_went(delivery: Delivery, attempts: list[Attempt], *, now: datetime) -> list[Span]:
    """The time from acceptance to the outcome, or to now, by what it was spent on."""
    end = delivery.settled_at or now
    spent: dict[str, timedelta] = {}
    moment = delivery.order.submitted_at
    for kind, begins, ends in _phases(attempts, end):
        _add(spent, "waiting", begins - moment)
        _add(spent, kind, min(ends, end) - begins)
        moment = max(moment, min(ends, end))
    _add(spent, "waiting", end - moment)
    kinds = ("waiting", "sending", "quarantine", "looking")
    return [Span(kind, spent[kind]) for kind in kinds if kind in spent]


def _phases(attempts: list[Attempt], end: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    following = [*(attempt.opened_at for attempt in attempts[1:]), end]
    for attempt, next_at in zip(attempts, following, strict=False):
        ended = attempt.ended_at or end
        yield "sending", attempt.opened_at, ended
        if attempt.ending == Attempt.Ending.UNKNOWN:
            released = min(ended + quarantine_over(attempt.route), next_at)
            yield "quarantine", ended, released
            yield "looking", released, next_at


def _add(spent: dict[str, timedelta], kind: str, length: timedelta) -> None:
    if length > timedelta():
        spent[kind] = spent.get(kind, timedelta()) + length


def bar_segments(spans: list[Span]) -> list[dict[str, object]]:
    """As the tag ``bar`` takes them."""
    words = {
        "waiting": ("wait", _("%(length)s waiting")),
        "sending": ("", _("%(length)s sending")),
        "quarantine": ("doubt", _("%(length)s quarantine")),
        "looking": ("still", _("%(length)s looking up")),
    }
    return [
        {
            "value": span.length.total_seconds(),
            "tone": words[span.kind][0],
            "label": words[span.kind][1] % {"length": in_words(span.length, exact=True)},
        }
        for span in spans
    ]
