"""When a queue will be empty: what waits, what its allowance lets out, how fast it went of late.

An estimate for pages, in a few statements; nothing is counted beyond what matters to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery

from integrations.connections.services import quotas
from integrations.connections.services.quota_windows import LAST_PART, QuotaWindow
from integrations.connections.services.quotas import Heard
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services.standing import Held, Why
from integrations.visma.pacing import EASE

MOST_COUNTED = 100_000  # with more than that waiting nothing is foretold
MOST_TOLD = timedelta(days=14)
RECENT, MOST_RECENT = timedelta(minutes=15), 200
IN_A_MOMENT = timedelta(minutes=1)
PAUSE = 2.0  # seconds without an outcome are no part of how fast orders go
GUESSED_RATE = 5.0  # a second, while there are too few outcomes to go by
LEAST_OUTCOMES = 10


@dataclass(frozen=True, slots=True)
class Clears:
    """``at``: about when the last of ``waiting`` orders has gone out."""

    at: datetime
    waiting: int


def clears_at(lane: Lane, *, now: datetime) -> Clears | None:
    """About when the lane's queue is empty; None when nothing waits or nobody can tell.

    Wants ``connection__integration`` selected. It takes for granted that the lane may send.
    """
    return all_clear_at([lane], now=now).get(lane.pk)


def worth_telling(lane: Lane | None, held: Held | None, *, now: datetime) -> datetime | None:
    """What a page tells: nothing of a queue that clears in a moment, or that somebody holds up."""
    if lane is None or (held is not None and held.code is not Why.QUOTA):
        return None
    clears = clears_at(lane, now=now)
    return clears.at if clears and clears.at - now > IN_A_MOMENT else None


def all_clear_at(lanes: Iterable[Lane], *, now: datetime) -> dict[int, Clears]:
    """The same for many lanes, by their ids."""
    wanted = list(lanes)
    keys = {_key(lane) for lane in wanted}
    if not keys:
        return {}
    limits = _limits(keys)
    found = {}
    for key in keys:
        own = limits[key]
        queues = _queues(key, of_host=any(not one.place.company_key for one in own))
        rate = _rate(list(queues), now)
        for lane in wanted:
            waiting = queues.get(lane.pk, 0)
            if _key(lane) != key or not 0 < waiting < MOST_COUNTED:
                continue
            # Lanes take turns: of each no more goes before this one's last than it has itself.
            before = sum(min(waiting, other) for other in queues.values())
            at = _last_of(before, own, rate, now.timestamp())
            if at - now.timestamp() <= MOST_TOLD.total_seconds():
                found[lane.pk] = Clears(datetime.fromtimestamp(at, UTC), waiting)
    return found


def _key(lane: Lane) -> tuple[int, str]:
    return lane.connection.integration.application_id, lane.company_key


def _limits(keys: set[tuple[int, str]]) -> dict[tuple[int, str], list[Heard]]:
    limits: defaultdict[tuple[int, str], list[Heard]] = defaultdict(list)
    known = [quotas.from_row(row) for row in quotas.of_companies(keys)]
    for one in known:
        for application, company_key in keys:
            if one.place.application_id == application and one.place.company_key in (
                "", company_key,
            ):  # fmt: skip
                limits[application, company_key].append(one)
    return limits


def _queues(key: tuple[int, str], *, of_host: bool) -> dict[int, int]:
    """Lane → how many wait, of all lanes under the same allowance."""
    application, company_key = key
    lanes = Lane.objects.filter(connection__integration__application=application)
    if not of_host:
        lanes = lanes.filter(company_key=company_key)
    waiting = Delivery.objects.filter(
        lane=OuterRef("pk"), state=Delivery.State.PENDING, paused_at=None
    )
    return dict(
        lanes.annotate(waiting=_counted(waiting)).values_list("pk", "waiting").order_by("pk")
    )


class _Counted(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _counted(rows: QuerySet[Delivery]) -> _Counted:
    return _Counted(rows.order_by().values("pk")[:MOST_COUNTED])


def _rate(lanes: list[int], now: datetime) -> float:
    """Orders a second while orders went, by the newest outcomes of these lanes."""
    newest: list[datetime] = []
    for lane in lanes:
        rows = Delivery.objects.filter(lane=lane, state=Delivery.State.DELIVERED).order_by("-pk")
        newest += [one for one in rows.values_list("settled_at", flat=True)[:MOST_RECENT] if one]
    moments = sorted(one for one in newest if now - one <= RECENT)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    going = [gap for gap in gaps if gap <= PAUSE]
    if len(going) < LEAST_OUTCOMES or sum(going) <= 0:
        return GUESSED_RATE
    return len(going) / sum(going)


def _last_of(work: int, limits: list[Heard], rate: float, now: float) -> float:
    """When the last of so many requests goes out, by the tightest of the limits."""
    return max((_under(one, work, rate, now) for one in limits), default=now + work / rate)


def _under(limit: Heard, work: int, rate: float, now: float) -> float:
    window, start = replace(limit.window), max(now, limit.closed)
    window.roll(start)
    if not window.limit:
        return start + work / rate
    share = quotas.reserve()
    if window.is_short:
        paced = (window.limit - int(window.limit * share)) / (window.seconds * (1 + EASE))
        return start + work / min(rate, paced)
    ends = window.ends if window.ends is not None else start + window.seconds
    left = window.limit if window.remaining is None else window.remaining
    first = _Part(start, ends, left, int(window.limit * share), window.seconds)
    gone = first.holds(rate)
    if work <= gone:
        return first.reaches(work, rate)
    return _in_later_windows(window, work - gone, rate, first)


def _in_later_windows(window: QuotaWindow, work: int, rate: float, first: _Part) -> float:
    """Whole windows are passed over; what is left goes out in the one after."""
    limit, seconds = window.limit or 1, window.seconds
    whole = _Part(first.ends, first.ends + seconds, limit, first.kept, seconds)
    holds = max(1, whole.holds(rate))
    passed = (work - 1) // holds
    later = passed * seconds
    last = replace(whole, begins=whole.begins + later, ends=whole.ends + later)
    return last.reaches(work - passed * holds, rate)


@dataclass(frozen=True, slots=True)
class _Part:
    """What is left of a window. The kept share goes out in its last tenth."""

    begins: float
    ends: float
    left: int
    kept: int
    seconds: float

    @property
    def last_part(self) -> float:
        return max(self.begins, self.ends - self.seconds * LAST_PART)

    def before(self, rate: float) -> int:
        """How many go out before the last tenth."""
        if self.last_part <= self.begins:
            return 0
        return min(max(0, self.left - self.kept), int(rate * (self.last_part - self.begins)))

    def holds(self, rate: float) -> int:
        """How many go out until it ends."""
        early = self.before(rate)
        return early + min(self.left - early, int(rate * (self.ends - self.last_part)))

    def reaches(self, count: int, rate: float) -> float:
        """When so many have gone out."""
        early = self.before(rate)
        if count <= early:
            return self.begins + count / rate
        return self.last_part + (count - early) / rate
