"""Lanes: one per connection."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from integrations.connections.models import Connection
from integrations.deliveries.models import Lane


def lane_for(connection: Connection) -> Lane:
    """The connection's lane with its integration, read now; made when it has none yet."""
    loaded = Lane.objects.select_related("connection__integration")
    lane, _ = loaded.get_or_create(
        connection=connection, defaults={"company_key": connection.company.visma_key}
    )
    return lane


def shut(lane_id: int, *, because: str, now: datetime) -> bool:
    """Claim nothing more of the lane until the doctor found its connection well."""
    return bool(
        Lane.objects.filter(pk=lane_id, shut_at=None).update(
            shut_at=now, shut_because=because[:200]
        )
    )


def rest(lane_id: int, *, until: datetime) -> None:
    """Ask nothing of the lane before a time: its allowance is spent."""
    Lane.objects.filter(pk=lane_id).update(rests_until=until)


def set_back(lane_id: int, *, setbacks: int, until: datetime) -> None:
    """Let the lane rest after a setback, the longer the more there were in a row."""
    Lane.objects.filter(pk=lane_id).update(rests_until=until, setbacks=setbacks)


def remember(lane_ids: list[int], *, slots: int) -> None:
    """How many orders of these lanes may be under way at once, as it last went."""
    Lane.objects.filter(pk__in=lane_ids).update(slots=slots)


def note_offsets(offsets: dict[int, timedelta]) -> None:
    """Keep how far Visma's clock is ahead of ours, by lane, as first answers told."""
    known = [Lane(pk=lane_id, clock_offset=offset) for lane_id, offset in offsets.items()]
    Lane.objects.bulk_update(known, ["clock_offset"])


def recover(lane_id: int) -> None:
    """A good answer: the setbacks are forgotten."""
    Lane.objects.filter(pk=lane_id).update(rests_until=None, setbacks=0)


def open_proven() -> int:
    """Open the lanes whose connection has been proven well since they were shut."""
    proven = Lane.objects.filter(
        shut_at__isnull=False,
        connection__state=Connection.State.CONNECTED,
        connection__proven_at__gt=F("shut_at"),
    )
    connections = list(proven.values_list("connection_id", flat=True))
    if not connections:
        return 0
    Connection.objects.filter(pk__in=connections).update(repaired_at=F("proven_at"))
    return proven.filter(connection__in=connections).update(shut_at=None, shut_because="")
