"""Shadow mode of a connection: orders are accepted, built, checked and looked up, nothing is sent.

The lane carries it, for the claim reads the lane: from the moment it is switched on nothing more is
claimed, whatever a drain has in memory. It does not end at the press: first all that wait are
looked up once more, for another system may have sent them meanwhile, and what is there is parked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from integrations.audit.services import record
from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery, Lane, Look
from integrations.deliveries.services.actors import By, facts_of, personal_of
from integrations.deliveries.services.lanes import lane_for
from integrations.deliveries.services.ordering import let_go
from integrations.tenants.models import Tenant

State, Reason, Finding = Delivery.State, Delivery.Reason, Look.Finding
MOST = 1000  # counts stop here
# What was there already → why a person decides.
_FOUND = {
    Finding.HIT: Reason.FOUND,
    Finding.DIFFERS: Reason.DIFFERS,
    Finding.SEVERAL: Reason.SEVERAL_FOUND,
}


@dataclass(frozen=True, slots=True)
class Shadow:
    """How a connection stands. ``waiting`` would go out, ``found`` of them were there already and
    would be parked, ``unseen`` were not looked up yet; counted up to ``MOST``."""

    since: datetime | None = None
    ends_at: datetime | None = None
    waiting: int = 0
    found: int = 0
    unseen: int = 0

    @property
    def is_on(self) -> bool:
        return self.since is not None


def shadow_of(connection: Connection) -> Shadow:
    """How it stands, and what would happen if it were switched off now."""
    lane = Lane.objects.filter(connection=connection).first()
    if lane is None or lane.shadow_since is None:
        return Shadow()
    waiting = Delivery.objects.filter(lane=lane, state=State.PENDING).order_by()
    return Shadow(
        since=lane.shadow_since,
        ends_at=lane.shadow_ends_at,
        waiting=waiting[:MOST].count(),
        found=waiting.filter(rehearsal__in=_FOUND)[:MOST].count(),
        unseen=waiting.filter(rehearsed_at=None)[:MOST].count(),
    )


def in_shadow(tenant: Tenant) -> list[Connection]:
    """The tenant's connections that are in shadow mode, ``MOST`` at most."""
    rows = Connection.objects.for_tenant(tenant).filter(lane__shadow_since__isnull=False)
    return list(rows.select_related("company").order_by("company__name", "pk")[:MOST])


@transaction.atomic
def switch_on(connection: Connection, *, by: By, now: datetime) -> bool:
    """Send nothing more; False when it was on already. What is under way goes on.

    On again while it was ending: it stays on.
    """
    lane = lane_for(connection)
    ended = Lane.objects.filter(pk=lane.pk, shadow_ends_at__isnull=False)
    changed = ended.update(shadow_ends_at=None) or Lane.objects.filter(
        pk=lane.pk, shadow_since=None
    ).update(shadow_since=now)
    if changed:
        _record(connection, "connection.shadow_on", by, now)
    return bool(changed)


@transaction.atomic
def switch_off(connection: Connection, *, by: By, now: datetime) -> bool:
    """End it: what was found is parked, the others are looked up once more and then go out.

    False when it was not on, or ends already.
    """
    lanes = Lane.objects.filter(connection=connection, shadow_since__isnull=False)
    if not lanes.filter(shadow_ends_at=None).update(shadow_ends_at=now):
        return False
    lane_id = lanes.values_list("pk", flat=True).get()
    park_found(lane_id, now=now)
    Delivery.objects.filter(
        lane=lane_id, state=State.PENDING, rehearsed_at__isnull=False
    ).update(rehearsed_at=None, rehearsal="")  # fmt: skip
    _record(connection, "connection.shadow_off", by, now)
    finish()
    return True


def ends_at(lane_id: int) -> datetime | None:
    """Since when it is ending: lists begun then or later are the last look."""
    return Lane.objects.values_list("shadow_ends_at", flat=True).get(pk=lane_id)


def park_found(lane_id: int, *, now: datetime) -> None:
    """In a lane whose shadow mode ends: hand a person what was in Visma before we sent it."""
    if ends_at(lane_id) is None:
        return
    for finding, reason in _FOUND.items():
        found = Delivery.objects.filter(lane=lane_id, state=State.PENDING, rehearsal=finding)
        parked = list(found.values_list("pk", flat=True))
        Delivery.objects.filter(pk__in=parked, state=State.PENDING).update(
            state=State.PARKED, reason=reason, settled_at=now, rehearsal=""
        )
        let_go(parked)


def finish() -> int:
    """End shadow mode where all that wait were looked up once more. Says in how many lanes."""
    unseen = Delivery.objects.filter(lane=OuterRef("pk"), state=State.PENDING, rehearsed_at=None)
    return Lane.objects.filter(~Exists(unseen), shadow_ends_at__isnull=False).update(
        shadow_since=None, shadow_ends_at=None
    )


def _record(connection: Connection, verb: str, by: By, now: datetime) -> None:
    facts = {"connection": connection.pk, **facts_of(by)}
    record(connection.company.tenant, verb, facts=facts, personal=personal_of(by), now=now)
