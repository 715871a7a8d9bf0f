"""What a monitor is told: numbers and names of ours, nothing of any order, person or secret.

Everything is read from the database, so that any web process tells the same, in some ten statements
that each an index or a tally bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.conf import settings
from django.db.models import Count

from integrations.connections.models import Connection, Incident
from integrations.console import health
from integrations.console.services.exposition import Metric, gauge, labelled
from integrations.deliveries.models import Delivery, Look
from integrations.deliveries.services import measuring, tallies
from integrations.deliveries.services.measuring import Left
from integrations.deliveries.services.phases import Phase

JUST_NOW = 10  # seconds

Samples = list[tuple[Mapping[str, str], float]]


def measures(*, now: datetime) -> Iterator[Metric]:
    """All metrics, in the order they are told."""
    sums = tallies.sums()
    yield from _orders(sums)
    yield from _waiting(now)
    yield from _lanes(now)
    yield from _quotas()
    yield from _trouble()
    yield labelled(
        "portal_looks_total", "Looks for orders whose answer was lost, by what they found.",
        "finding", {name: sums.looks[name, ""] for name in Look.Finding.values}, "counter",
    )  # fmt: skip
    yield labelled(
        "portal_drain_seconds_total", "Time push workers spent in each phase of their turns.",
        "phase", {str(name): sums.phases[str(name), ""] / 1e6 for name in Phase}, "counter",
    )  # fmt: skip
    swept = tallies.swept_at()
    yield gauge(
        "portal_swept_timestamp_seconds", "When the scheduler's sweep last came round.",
        swept.timestamp() if swept else 0,
    )  # fmt: skip


def _orders(sums: tallies.Sums) -> Iterator[Metric]:
    yield labelled(
        "portal_orders", "Orders by state.", "state",
        {name: sums.of_state(name) for name in Delivery.State.values},
    )  # fmt: skip
    yield labelled(
        "portal_orders_parked", "Orders a person decides about, by why.", "reason",
        {name: sums.orders[Delivery.State.PARKED, name] for name in Delivery.Reason.values if name},
    )  # fmt: skip


def _waiting(now: datetime) -> Iterator[Metric]:
    oldest = measuring.oldest_due_at()
    yield gauge(
        "portal_orders_in_flight", "Orders that living push workers have claimed.",
        measuring.in_flight(now=now),
    )  # fmt: skip
    yield gauge(
        "portal_oldest_due_seconds", "How long the order that waits longest has been due.",
        _seconds_since(oldest, now),
    )  # fmt: skip
    yield gauge(
        "portal_oldest_unserved_seconds",
        "How long the oldest order has been due that could go out and that nobody serves.",
        # While even the oldest came just now, nobody need look which lanes could go.
        _seconds_since(health.oldest_unserved(now=now), now)
        if _seconds_since(oldest, now) > JUST_NOW
        else 0,
    )  # fmt: skip


def _lanes(now: datetime) -> Iterator[Metric]:
    yield labelled(
        "portal_lanes", "Lanes that are held by a push worker, shut, resting, or only rehearse.",
        "standing", measuring.lanes_by_standing(now=now),
    )  # fmt: skip
    yield labelled(
        "portal_connections", "Connections by state.", "state",
        dict.fromkeys(Connection.State.values, 0)
        | dict(Connection.objects.order_by().values_list("state").annotate(Count("pk"))),
    )  # fmt: skip
    yield labelled(
        "portal_breaker_open_seconds", "How long the breaker of a host has been open.", "host",
        {host: _seconds_since(at, now) for host, at in measuring.open_breakers().items()},
    )  # fmt: skip


def _quotas() -> Iterator[Metric]:
    """One series each for the companies nearest to the end of their allowance, so many at most."""
    known = measuring.quotas_nearest_their_end(settings.METRICS_COMPANIES)
    yield _quota("portal_quota_limit", "Requests a window allows.", known, "limit")
    yield _quota("portal_quota_remaining", "Requests left in the window.", known, "remaining")
    yield _quota("portal_quota_resets_timestamp_seconds", "When it ends.", known, "resets_at")


def _quota(name: str, text: str, known: list[Left], column: str) -> Metric:
    samples: Samples = []
    for one in known:
        value = getattr(one, column)
        number = value.timestamp() if isinstance(value, datetime) else value
        labels = {"application": one.application, "company": one.company}
        if number is not None:
            samples.append(({**labels, "host": one.host, "policy": one.policy}, number))
    return Metric(name, "gauge", text, samples)


def _trouble() -> Iterator[Metric]:
    opened = Incident.objects.filter(cleared_at=None).order_by().values_list("kind")
    kinds = dict(opened.annotate(Count("pk")))
    yield gauge(
        "portal_orders_doubled", "Orders known to be in Visma.net more than once; must be 0.",
        kinds.get("doubled_order", 0),
    )  # fmt: skip
    yield labelled("portal_incidents_open", "Open incidents.", "kind", kinds)


def _seconds_since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
