"""A tenant's orders, newest first: filtered, searched, paged by key. Never counts a table."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_noop as n

from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import selecting
from integrations.deliveries.services.selecting import BY_ITSELF, STATES, Selection
from integrations.deliveries.services.standing import MOST, Held, held_in
from integrations.orders.models import SalesOrder
from integrations.tenants.models import Tenant

PAGE = 50
State = Delivery.State
Rows = QuerySet[Delivery] | QuerySet[SalesOrder]
EVERY_ORDER = Selection()

# What a person filters by, in the order of the chips; "" is everything.
FILTERS = {
    "": n("All"),
    "needs_you": n("Needs you"),
    "held": n("Held"),
    "pending": n("Pending"),
    "sending": n("Sending"),
    "uncertain": n("Uncertain"),
    "delivered": n("Delivered"),
    "cancelled": n("Cancelled"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as a list shows it. ``held`` only while it is pending."""

    delivery: Delivery
    held: Held | None

    @property
    def shown(self) -> str:
        """The state's name for the tag ``status``."""
        return "held" if self.held else self.delivery.state

    @property
    def currency(self) -> str:
        said = getattr(self.delivery, "currency_said", None)
        return said or self.delivery.lane.connection.company.currency


@dataclass(frozen=True, slots=True)
class Page:
    """``newer`` and ``older`` are keys to go on from; None at an end."""

    rows: list[Row]
    newer: int | None = None
    older: int | None = None


@dataclass(frozen=True, slots=True)
class OrderBook:
    """The lanes a person looks at: all of a tenant, or one company's. One clock for the page.

    ``beside`` is what is filtered by besides the state.
    """

    lanes: list[Lane]
    holds: dict[int, Held]
    beside: Q = field(default_factory=Q)

    def counts(self) -> dict[str, int]:
        """How many each filter finds, up to ``MOST``; no number for what only grows."""
        lanes = Q(lane__in=self.lanes)
        return {
            name: Delivery.objects.filter(lanes, self._of(name), self.beside)
            .order_by()[:MOST]
            .count()
            for name in FILTERS
            if name not in ("", "delivered", "cancelled")
        }

    def page(self, wanted: str, *, before: int | None = None, after: int | None = None) -> Page:
        """Up to ``PAGE`` orders older than ``before`` or newer than ``after``, or the newest."""
        keys = self._keys(wanted, before=before, after=after)
        more = len(keys) > PAGE
        if after is not None and not more:
            # The newest page is always a full one.
            return self.page(wanted)
        keys = sorted(keys[:PAGE], reverse=True)
        going_newer = after is not None
        return Page(
            self._rows(wanted, keys),
            newer=keys[0] if keys and (going_newer or before is not None) else None,
            older=keys[-1] if keys and (going_newer or more) else None,
        )

    def find(self, text: str) -> list[Row]:
        """Orders by reference or Visma number, exactly; else references that begin so."""
        keys = selecting.found(self.lanes, text, most=PAGE)
        if self.beside:
            rows = Delivery.objects.filter(self.beside, pk__in=keys)
            keys = set(rows.values_list("pk", flat=True))
        return self._rows("found", sorted(keys, reverse=True)[:PAGE])

    def _keys(self, wanted: str, *, before: int | None, after: int | None) -> list[int]:
        """One short walk along an index per lane and state, merged: as quick at any depth."""
        walks = []
        for rows in self._walks(wanted):
            if after is not None:
                rows = rows.filter(pk__gt=after).order_by("pk")
            else:
                rows = rows.filter(pk__lt=before) if before is not None else rows
                rows = rows.order_by("-pk")
            walks.append(list(rows.values_list("pk", flat=True)[: PAGE + 1]))
        merged = heapq.merge(*walks, reverse=after is None)
        return list(islice(merged, PAGE + 1))

    def _walks(self, wanted: str) -> Iterable[Rows]:
        if self._by_order(wanted):
            for lane in self.lanes:
                yield SalesOrder.objects.filter(connection=lane.connection_id)
            return
        for lane in self._lanes_of(wanted):
            for state in STATES[wanted]:
                yield Delivery.objects.filter(
                    self._paused(wanted, lane), self.beside, lane=lane, state=state
                )

    def _by_order(self, wanted: str) -> bool:
        """Without any filter the keys are those of orders, else those of deliveries."""
        return not wanted and not self.beside

    def _lanes_of(self, wanted: str) -> list[Lane]:
        if wanted == "pending":
            return [lane for lane in self.lanes if lane.pk not in self.holds]
        return self.lanes

    def _paused(self, wanted: str, lane: Lane) -> Q:
        if wanted == "pending":
            return ~BY_ITSELF
        if wanted == "held" and lane.pk not in self.holds:
            return BY_ITSELF
        return Q()

    def _of(self, wanted: str) -> Q:
        """The filter as one condition, for counting."""
        held = Q(lane__in=list(self.holds)) | BY_ITSELF
        states = Q(state__in=STATES[wanted])
        return {"held": states & held, "pending": states & ~held}.get(wanted, states)

    def _rows(self, wanted: str, keys: list[int]) -> list[Row]:
        by_order = self._by_order(wanted)
        found = Delivery.objects.filter(**{"order__in" if by_order else "pk__in": keys})
        # An order's content can be long; of most only the currency is shown.
        found = found.select_related("order").defer("payload", "order__content")
        found = found.annotate(currency_said=KeyTextTransform("currency", "order__content"))
        lanes = {lane.pk: lane for lane in self.lanes}
        rows = {}
        for delivery in found:
            delivery.lane = lanes[delivery.lane_id]
            rows[delivery.order_id if by_order else delivery.pk] = Row(
                delivery, self._hold(delivery)
            )
        return [rows[key] for key in keys if key in rows]

    def _hold(self, delivery: Delivery) -> Held | None:
        return held_in(delivery, self.holds.get(delivery.lane_id))


def order_book(tenant: Tenant, selection: Selection = EVERY_ORDER, *, now: datetime) -> OrderBook:
    """The lanes that a selection leaves of the tenant's, with what holds them now.

    State and text of the selection are given to ``page`` and ``find``.
    """
    beside = replace(selection, state="", text="")
    chosen = selecting.choose(tenant, beside, now=now)
    return OrderBook(chosen.lanes, chosen.holds, chosen.beside_state())
