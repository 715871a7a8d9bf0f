"""Which of a tenant's orders are meant: the filter of the list, of a bulk act and of the API."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services.standing import NEEDS_PERSON, Held, holds_of
from integrations.deliveries.services.urgency import WORDS
from integrations.orders.models import SalesOrder
from integrations.tenants.models import Tenant

State = Delivery.State
# A filter by state may ask for one state, or for what a person sees as one; "" is everything.
STATES: dict[str, tuple[str, ...]] = {
    "": tuple(State.values),
    "needs_you": NEEDS_PERSON,
    "held": (State.PENDING,),
    **{state: (state,) for state in State.values},
}
# Held, whatever its lane does: paused, or behind another order of its buyer.
BY_ITSELF = Q(paused_at__isnull=False) | Q(behind=True)
# Text is looked for among so many references at most that begin with it.
MOST_FOUND = 10_000


@dataclass(frozen=True, slots=True)
class Selection:
    """Each member narrows it. Days are those of acceptance, in the portal's time zone."""

    state: str = ""
    reason: str = ""
    # One of the words of ``urgency``.
    priority: str = ""
    connection: int | None = None
    integration: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""

    @property
    def is_everything(self) -> bool:
        return not self.stored()

    def stored(self) -> dict[str, Any]:
        """As JSON holds it: only what narrows."""
        members = {name: value for name, value in asdict(self).items() if value not in ("", None)}
        return {n: v.isoformat() if isinstance(v, date) else v for n, v in members.items()}

    def digest(self) -> str:
        canonical = json.dumps(self.stored(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def restored(stored: dict[str, Any]) -> Selection:
    """A selection from what it stored."""
    names = {field.name for field in fields(Selection)}
    members = {name: value for name, value in stored.items() if name in names}
    for name in ("since", "until"):
        if name in members:
            members[name] = date.fromisoformat(members[name])
    return Selection(**members)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection among a tenant's lanes, with what holds them now."""

    selection: Selection
    lanes: list[Lane]
    holds: dict[int, Held]

    def rows(self) -> QuerySet[Delivery]:
        return Delivery.objects.filter(self.condition(), lane__in=self.lanes)

    def condition(self) -> Q:
        """State and all else in one; the caller narrows to ``lanes``."""
        states = Q(state__in=STATES[self.selection.state])
        held = Q(lane__in=list(self.holds)) | BY_ITSELF
        by_hold = {"held": states & held, "pending": states & ~held}
        return by_hold.get(self.selection.state, states) & self.beside_state()

    def beside_state(self) -> Q:
        wanted = Q()
        if self.selection.reason:
            wanted &= Q(reason=self.selection.reason)
        if self.selection.priority:
            wanted &= Q(priority=WORDS[self.selection.priority])
        if self.selection.since:
            wanted &= Q(order__submitted_at__gte=_midnight(self.selection.since))
        if self.selection.until:
            after = _midnight(self.selection.until + timedelta(days=1))
            wanted &= Q(order__submitted_at__lt=after)
        if self.selection.text:
            wanted &= Q(pk__in=sorted(found(self.lanes, self.selection.text, most=MOST_FOUND)))
        return wanted


def choose(tenant: Tenant, selection: Selection, *, now: datetime) -> Chosen:
    lanes = Lane.objects.filter(connection__company__tenant=tenant).select_related(
        "connection__company", "connection__integration", "connection__grant"
    )
    if selection.connection is not None:
        lanes = lanes.filter(connection=selection.connection)
    if selection.integration:
        lanes = lanes.filter(connection__integration__slug=selection.integration)
    known = list(lanes)
    return Chosen(selection, known, holds_of(known, now=now))


def found(lanes: list[Lane], text: str, *, most: int) -> set[int]:
    """Deliveries by reference or Visma number, exactly; else by references that begin so."""
    connections = [lane.connection_id for lane in lanes]
    exact = _keys(lanes, most, order__reference=text, order__connection__in=connections)
    return exact | _numbered(lanes, text, most) or _beginning(lanes, text, most)


def _numbered(lanes: list[Lane], text: str, most: int) -> set[int]:
    """``000123`` or ``SO 000123``; without its type, those that the companies use."""
    order_type, _, number = text.replace("/", " ").rpartition(" ")
    usual = {lane.connection.order_type for lane in lanes} | {"SO"}
    return _keys(
        lanes,
        most,
        visma_company__in={lane.company_key for lane in lanes},
        visma_type__in={order_type.strip().upper()} if order_type else usual,
        visma_number=number,
    )


def _beginning(lanes: list[Lane], text: str, most: int) -> set[int]:
    # By connection and without an order: so it is read off the index of references.
    keys: set[int] = set()
    for lane in lanes:
        orders = SalesOrder.objects.filter(
            connection=lane.connection_id, reference__startswith=text
        ).order_by()
        if len(keys) < most:
            keys |= _keys(lanes, most, order__in=list(orders.values_list("pk", flat=True)[:most]))
    return keys


def _keys(lanes: list[Lane], most: int, **conditions: Any) -> set[int]:
    rows = Delivery.objects.filter(lane__in=lanes, **conditions).order_by()
    return set(rows.values_list("pk", flat=True)[:most])


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
