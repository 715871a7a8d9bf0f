"""What a drain knows in memory: its options, the lanes it holds, the jobs it has out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from integrations.connections.models import Connection
from integrations.connections.models.applications import Route
from integrations.connections.services import custody
from integrations.deliveries.models import Lane
from integrations.deliveries.services.allowances import Allowance
from integrations.visma.calls import Deadline, boot_time

TOKEN_RESERVE = timedelta(minutes=2)
# The gate closes this long before the lease does: clocks of two hosts don't run quite alike.
GATE_MARGIN = timedelta(seconds=1)
# Orders over the ERP API wait until the engine speaks it.
ROUTES = frozenset({Route.SALESORDER_V3})
# A repair that lies further back is no news.
REPAIR_IS_NEWS = timedelta(minutes=10)
FULL = 1 << 16
DRY_SECONDS = 0.5  # until a lane that had nothing more is asked again


@dataclass(frozen=True, slots=True)
class DrainOptions:
    """How a drain behaves; the settings of the same names explain each."""

    slots: int
    slots_per_lane: int
    lease: timedelta
    idle: timedelta
    turn: timedelta
    quarantine: timedelta
    read_lag: timedelta
    first_look: timedelta
    grace: timedelta


def options_from_settings() -> DrainOptions:
    return DrainOptions(
        slots=settings.PUSH_SLOTS,
        slots_per_lane=min(settings.PUSH_SLOTS_PER_LANE, settings.PUSH_SLOTS),
        lease=settings.PUSH_LEASE,
        idle=settings.PUSH_IDLE,
        turn=settings.PUSH_TURN,
        quarantine=settings.QUARANTINE,
        read_lag=settings.READ_LAG,
        first_look=settings.FIRST_LOOK,
        grace=settings.VISMA_READ_TIMEOUT + timedelta(seconds=5),
    )


@dataclass(eq=False, slots=True)
class HeldLane:
    """A leased lane. ``access`` is None while it has no usable token: it waits for one."""

    lane_id: int
    epoch: int
    deadline: Deadline
    connection: Connection
    company_key: str
    allowance: Allowance
    clock_offset: timedelta | None
    access: custody.Access | None = None
    claims: bool = False  # whether it may claim
    dry_until: float = 0.0  # the last claim found fewer than were asked for
    looking: int = 0  # lists of it under way
    doubts: int = 0  # lost answers in a row
    setbacks: int = 0
    repaired_at: datetime | None = None
    ramp: int = FULL  # requests at once; after a repair one, and one more with each good answer
    out: int = 0  # requests under way, looks included

    def under_way(self, change: int) -> None:
        """Count a request in or out."""
        self.out += change
        self.allowance.out += change

    @property
    def dry(self) -> bool:
        return boot_time() < self.dry_until

    @property
    def idle(self) -> bool:
        return self.out == 0 and (self.dry or not self.claims) and not self.looking


@dataclass(frozen=True, eq=False, slots=True)
class Job:
    """One claimed delivery on its way. ``after_doubt``: an earlier attempt's answer was lost."""

    lane: HeldLane
    delivery_id: int
    attempt: int
    token_number: int
    after_doubt: bool
    charged: int
    set_aside: int
    opened_at: datetime
    body: bytes = field(repr=False)


def hold(
    lane: Lane,
    deadline: Deadline,
    allowance: Allowance,
    *,
    now: datetime,
    held_applications: set[int],
) -> HeldLane:
    """Take a leased lane into memory, with the token it may use, if it has one."""
    held = HeldLane(
        lane_id=lane.pk,
        epoch=lane.epoch,
        deadline=deadline,
        connection=lane.connection,
        company_key=lane.company_key,
        allowance=allowance,
        clock_offset=lane.clock_offset,
        setbacks=lane.setbacks,
    )
    refresh(held, lane, now=now, held_applications=held_applications)
    return held


def refresh(held: HeldLane, lane: Lane, *, now: datetime, held_applications: set[int]) -> None:
    """Bring hold, pause and token up to date; a lane that may no longer send shuts its gate."""
    held.connection = lane.connection
    _start_slowly(held, now)
    held.access = _access(lane, now)
    application_well = lane.connection.integration.application_id not in held_applications
    may_send = held.access is not None and application_well and _may_send(lane)
    if held.claims and not may_send:
        held.deadline.until = 0
    held.claims = may_send


def _access(lane: Lane, now: datetime) -> custody.Access | None:
    """What the lane may ask and send with now, over a route the engine speaks."""
    if lane.connection.integration.route not in ROUTES:
        return None
    try:
        return custody.access_of(lane.connection, now=now)
    except custody.NoAccess:
        return None


def _start_slowly(held: HeldLane, now: datetime) -> None:
    """What waited for a repair goes out one by one at first: two, four, eight, as it goes well."""
    repaired_at = held.connection.repaired_at
    if repaired_at is not None and repaired_at != held.repaired_at:
        held.repaired_at = repaired_at
        held.ramp = 1 if now - repaired_at < REPAIR_IS_NEWS else FULL


def _may_send(lane: Lane) -> bool:
    connection = lane.connection
    return (
        connection.state == Connection.State.CONNECTED
        and connection.confirmed_at is not None
        and connection.paused_at is None
        and lane.shut_at is None
        and not lane.is_paused
    )
