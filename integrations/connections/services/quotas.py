"""What Visma's answers said about how much more we may ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet

from integrations.connections.models import Quota
from integrations.connections.services.quota_windows import LONGEST, QuotaWindow
from integrations.visma.errors import Throttled, VismaError
from integrations.visma.headers import RateLimit
from integrations.visma.origins import origin_of

UNNAMED_WAIT = 60.0  # seconds after a 429 that names none
# Visma's documents name one policy that counts an application's calls in all companies together:
# that of the old host. Any other is taken to count each company apart.
OF_THE_HOST = frozenset({"6-fixed-window"})
# Policies of surfaces that Visma is going to take away: the old host, orders over V1 and V2.
DEPRECATED = frozenset({"6-fixed-window", "8-fixed-window"})
_COLUMNS = [
    "limit", "remaining", "seconds", "resets_at", "spent_until", "closed_until", "seen_at",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """What a policy counts: an application's calls in a company, or on a host as a whole."""

    application_id: int
    company_key: str
    host: str = ""
    policy: str = ""


@dataclass(slots=True)
class Heard:
    """What is known of one policy, to be kept. ``closed`` is a 429's end, else 0."""

    place: Place
    window: QuotaWindow = field(default_factory=QuotaWindow)
    closed: float = 0.0


def place_of(application_id: int, company_key: str, policy: str, host: str) -> Place:
    """Where calls under the policy are counted. ``host`` may be unknown ("")."""
    if policy in OF_THE_HOST:
        return Place(application_id, "", host or "unknown", policy)
    return Place(application_id, company_key, "", policy)


def host_of(url: str) -> str:
    return origin_of(url)[:120]


def reserve() -> float:
    """The share of an allowance that is kept for checks a person waits for."""
    return float(settings.QUOTA_RESERVE) / 100


def note(
    application_id: int,
    company_key: str,
    rate_limit: RateLimit | None,
    retry_after: float | None,
    now: datetime,
    *,
    url: str = "",
) -> None:
    """Keep what one answer said. ``retry_after`` is a 429's, in seconds; ``url`` what was asked."""
    if rate_limit is None and retry_after is None:
        return
    at = now.timestamp()
    policy = rate_limit.policy if rate_limit else ""
    heard = Heard(place_of(application_id, company_key, policy, host_of(url)))
    if rate_limit is not None:
        heard.window.take(rate_limit, sent=at, heard=at)
    if retry_after is not None:
        heard.closed = at + min(retry_after, LONGEST)
    note_all([heard])


def note_all(heard: Iterable[Heard]) -> dict[Place, Heard]:
    """Keep what was heard beside what others heard meanwhile; returns what is known now.

    A refusal that names no policy closes all that is known of the company.
    """
    new = sorted(heard, key=lambda one: _order(one.place))
    if not new:
        return {}
    with transaction.atomic():
        rows = of_companies({(one.place.application_id, one.place.company_key) for one in new})
        known = {one.place: one for one in map(from_row, rows.select_for_update().order_by("pk"))}
        changed: dict[Place, Heard] = {}
        for one in new:
            for met in _met_by(one, known):
                changed[met.place] = met
        _write(sorted(changed.values(), key=lambda one: _order(one.place)))
    return known | changed


def _met_by(new: Heard, known: dict[Place, Heard]) -> list[Heard]:
    if new.place.policy or new.window.limit is not None or not new.closed:
        met = [known.setdefault(new.place, Heard(new.place))]
    else:
        whose = (new.place.application_id, new.place.company_key)
        met = [
            one for one in known.values()
            if (one.place.application_id, one.place.company_key) == whose
        ] or [known.setdefault(new.place, Heard(new.place))]  # fmt: skip
    for one in met:
        one.window.merge(new.window)
        if new.closed > one.closed:
            one.closed = new.closed
            one.window.forget_rest(new.closed)
    return met


def _order(place: Place) -> tuple[int, str, str, str]:
    return place.application_id, place.company_key, place.host, place.policy


def of_companies(companies: Iterable[tuple[int, str]]) -> QuerySet[Quota]:
    """The rows that limit these (application, company key), those of whole hosts among them."""
    pairs = list(companies)
    keys = {"", *(key for _, key in pairs)}
    applications = {application for application, _ in pairs}
    return Quota.objects.filter(application__in=applications, company_key__in=keys)


def from_row(row: Quota) -> Heard:
    window = QuotaWindow(
        row.limit, row.remaining, row.seconds, _seconds(row.resets_at), _seconds(row.seen_at) or 0.0
    )
    if not window.seconds and row.resets_at and row.seen_at:
        window.seconds = max(1.0, (row.resets_at - row.seen_at).total_seconds())
    place = Place(row.application_id, row.company_key, row.host, row.policy)
    return Heard(place, window, _seconds(row.closed_until) or 0.0)


def _write(heard: list[Heard]) -> None:
    rows = []
    for one in heard:
        place, window = one.place, one.window
        spent = window.opens_at(window.told_at, reserve())
        rows.append(
            Quota(
                application_id=place.application_id, company_key=place.company_key,
                host=place.host, policy=place.policy, limit=window.limit,
                remaining=window.remaining, seconds=round(window.seconds),
                resets_at=_moment(window.ends), spent_until=_moment(spent),
                closed_until=_moment(one.closed or None), seen_at=_moment(window.told_at or None),
            )
        )  # fmt: skip
    Quota.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["application", "company_key", "host", "policy"],
        update_fields=_COLUMNS,
    )


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment is not None else None


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


def note_error(
    application_id: int, company_key: str, error: VismaError, now: datetime, *, url: str = ""
) -> None:
    """Keep what a refusal's headers said; a 429 closes the quota, said or not for how long."""
    wait = None
    if isinstance(error, Throttled):
        wait = UNNAMED_WAIT if error.retry_after is None else error.retry_after
    note(application_id, company_key, error.rate_limit, wait, now, url=url)


def opens_at(
    application_id: int, company_key: str, *, in_background: bool, now: datetime
) -> datetime | None:
    """When a check may ask again; None: now.

    A share of the allowance is kept for checks that a person waits for: those in the background
    leave it alone.
    """
    at, share = now.timestamp(), reserve() if in_background else 0.0
    waits = [0.0]
    for one in map(from_row, of_companies([(application_id, company_key)])):
        if one.closed > at:
            waits.append(one.closed)
        elif one.window.opens_at(at, share) is not None:
            waits.append(one.window.ends or at)
    return _moment(max(waits) or None)


def closed_until(application_id: int, company_key: str) -> datetime | None:
    """Until when nothing may be asked; a time gone by means nothing."""
    rows = of_companies([(application_id, company_key)])
    found: datetime | None = rows.aggregate(last=Max("closed_until"))["last"]
    return found


def standing_in_the_way(*, now: datetime) -> dict[tuple[int, str], datetime]:
    """(Application, company key) → until when no order goes out; the key "" is all companies."""
    rows = Quota.objects.filter(Q(closed_until__gt=now) | Q(spent_until__gt=now))
    found: dict[tuple[int, str], datetime] = {}
    for row in rows:
        ends = [one for one in (row.closed_until, row.spent_until) if one is not None and one > now]
        key = (row.application_id, row.company_key)
        found[key] = max([*ends, found.get(key, now)])
    return found


def closed_now(*, now: datetime) -> list[tuple[Place, float]]:
    """All that Visma asked us to wait for, and until when."""
    rows = Quota.objects.filter(closed_until__gt=now)
    return [(one.place, one.closed) for one in map(from_row, rows)]
