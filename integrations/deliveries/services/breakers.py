"""The rows of breakers: opened once, probed by one, closed by whoever saw orders pass again.

Every statement names what it starts from, so that any number of drains may call at once. Times are
the caller's, told by the database's clock.
"""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from integrations.connections.models.applications import Kind, Route
from integrations.connections.services import incidents, visma_clients
from integrations.deliveries.models import Breaker, Lane
from integrations.deliveries.models.lanes import LONG_AGO
from integrations.visma.origins import origin_of

INCIDENT = "host_down"
LONGEST_PAUSE = timedelta(minutes=1)
# Down again so soon after it worked is the same trouble: no second mail.
FLAPS_WITHIN = timedelta(minutes=15)
KEPT = timedelta(days=90)

Pair = tuple[str, str]


def origin_for(kind: str, route: str) -> str:
    """The host that takes a grant's orders over a route."""
    return origin_of(visma_clients.orders_url(kind, route))


def origin_of_lane(lane: Lane) -> str:
    """The host of a lane; empty while nothing was signed for it. Wants its grant selected."""
    connection = lane.connection
    if connection.grant is None:
        return ""
    return origin_for(connection.grant.kind, connection.integration.route)


def routes_to(origins: Collection[str]) -> list[Pair]:
    """All (kind of grant, route) that lead to these hosts; the statements know no addresses."""
    if not origins:
        return []
    pairs = [(kind, route) for kind in Kind.values for route in Route.values]
    return [pair for pair in pairs if origin_for(*pair) in origins]


def open_breaker(
    origin: str,
    *,
    failing_since: datetime,
    cause: str,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """Shut a host for all drains; ``not_before`` is when it may be asked. False: it was shut."""
    try:
        with transaction.atomic():
            Breaker.objects.create(
                origin=origin,
                cause=cause[:200],
                failing_since=failing_since,
                opened_at=now,
                probe_at=max(now + pause_after(0, LONGEST_PAUSE), not_before or now),
            )
    except IntegrityError:
        return False
    return True


def open_breakers() -> list[Breaker]:
    """The hosts that are shut, and those whose orders are on trial."""
    return list(Breaker.objects.filter(closed_at=None))


def shut_routes() -> list[Pair]:
    """Where nobody may claim or look now."""
    return routes_to({breaker.origin for breaker in open_breakers()})


def probe_is_due(*, now: datetime) -> bool:
    """Whether a drain could send a probe now."""
    return _due(now).exists()


def take_probe(*, now: datetime, until: datetime) -> Breaker | None:
    """Win the next probe that is due, or None. The breaker is the caller's ``until`` then."""
    for breaker in _due(now)[:5]:
        if (
            _due(now)
            .filter(pk=breaker.pk, epoch=breaker.epoch)
            .update(epoch=F("epoch") + 1, leased_until=until, answered_at=None)
        ):
            breaker.epoch += 1
            return breaker
    return None


def note_failed(
    breaker_id: int,
    epoch: int,
    *,
    cause: str,
    longest: timedelta,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """A probe, or an order on trial, met the outage again. The first time staff are told."""
    breaker = _held(breaker_id, epoch).first()
    if breaker is None:
        return False
    probes = breaker.probes + 1
    written = _held(breaker_id, epoch).update(
        probes=probes,
        cause=cause[:200],
        probe_at=max(now + pause_after(probes, longest), not_before or now),
        leased_until=LONG_AGO,
        answered_at=None,
        epoch=epoch + 1,
    )
    if written and probes == 1:
        incidents.open_again(
            INCIDENT, subject=breaker.origin, within=FLAPS_WITHIN, now=now, detail=cause
        )
    return bool(written)


def note_answered(breaker_id: int, epoch: int, *, now: datetime, until: datetime) -> bool:
    """The host answered the probe: its holder may try orders. False if it holds it no more."""
    return bool(_held(breaker_id, epoch).update(answered_at=now, leased_until=until))


def renew(breaker_id: int, epoch: int, *, until: datetime) -> bool:
    """Go on holding a breaker on trial."""
    return bool(_held(breaker_id, epoch).update(leased_until=until))


def let_go(breaker_id: int, epoch: int, *, now: datetime) -> None:
    """Leave the probe, or the trial, to the next drain; nothing was learnt."""
    _held(breaker_id, epoch).update(
        leased_until=LONG_AGO, answered_at=None, probe_at=now, epoch=epoch + 1
    )


def close(breaker_id: int, epoch: int, *, now: datetime) -> bool:
    """Orders pass again: all drains may send. Outages of long ago are forgotten."""
    breaker = _held(breaker_id, epoch).first()
    if breaker is None or not _held(breaker_id, epoch).update(closed_at=now):
        return False
    Breaker.objects.filter(closed_at__lt=now - KEPT).delete()
    incidents.clear(INCIDENT, subject=breaker.origin, now=now)
    return True


def outage_around(origin: str, moment: datetime) -> Breaker | None:
    """The outage of a host that an attempt which ended then fell into."""
    around = Breaker.objects.filter(origin=origin, failing_since__lte=moment)
    return around.exclude(closed_at__lt=moment).order_by("failing_since").first()


def pause_after(failed: int, longest: timedelta) -> timedelta:
    """Until the next probe: full jitter, up to twice as long after each that failed."""
    longest_now = min(timedelta(seconds=float(2 ** min(failed, 10))), longest)
    return random.uniform(0, 1) * longest_now  # noqa: S311 - spreads load, guards nothing


def _due(now: datetime) -> QuerySet[Breaker]:
    return Breaker.objects.filter(closed_at=None, probe_at__lte=now, leased_until__lte=now)


def _held(breaker_id: int, epoch: int) -> QuerySet[Breaker]:
    return Breaker.objects.filter(pk=breaker_id, epoch=epoch, closed_at=None)
