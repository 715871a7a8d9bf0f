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
from integrations.deliveries.services.hosts import HostWatch
from integrations.deliveries.services.priorities import Turns
from integrations.deliveries.services.widths import Width
from integrations.visma.calls import Deadline, boot_time
from integrations.visma.dispatch import Line

TOKEN_RESERVE = timedelta(minutes=2)
# The gate closes this long before the lease does: clocks of two hosts don't run quite alike.
GATE_MARGIN = timedelta(seconds=1)
# A repair that lies further back is no news.
REPAIR_IS_NEWS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class DrainOptions:
    """How a drain behaves; the settings of the same names explain each."""

    slots: int
    slots_per_lane: int
    lease: timedelta
    idle: timedelta
    turn: timedelta
    quarantine: timedelta
    erp_quarantine: timedelta
    read_lag: timedelta
    list_pause: timedelta
    first_look: timedelta
    grace: timedelta


def quarantine_of(options: DrainOptions, route: str) -> timedelta:
    """How long an order sent over the route may still turn up after its answer went missing."""
    return options.erp_quarantine if route == Route.ERP_V1 else options.quarantine


def quarantine_over(route: str) -> timedelta:
    """The same, as the settings have it."""
    return quarantine_of(options_from_settings(), route)


def options_from_settings() -> DrainOptions:
    return DrainOptions(
        slots=settings.PUSH_SLOTS,
        slots_per_lane=min(settings.PUSH_SLOTS_PER_LANE, settings.PUSH_SLOTS),
        lease=settings.PUSH_LEASE,
        idle=settings.PUSH_IDLE,
        turn=settings.PUSH_TURN,
        quarantine=settings.QUARANTINE,
        erp_quarantine=settings.ERP_QUARANTINE,
        read_lag=settings.READ_LAG,
        list_pause=settings.LIST_PAUSE,
        first_look=settings.FIRST_LOOK,
        grace=max(settings.VISMA_READ_TIMEOUT, settings.VISMA_ERP_READ_TIMEOUT)
        + timedelta(seconds=5),
    )


@dataclass(eq=False, slots=True)
class HeldLane:
    """A leased lane. ``access`` is None while it has no usable token: it waits for one."""

    lane_id: int
    epoch: int
    deadline: Deadline
    width: Width
    line: Line
    connection: Connection
    company_key: str
    allowance: Allowance
    host: HostWatch
    clock_offset: timedelta | None
    access: custody.Access | None = None
    claims: bool = False  # whether it may claim
    in_shadow: bool = False  # it sends nothing; what waits is rehearsed
    classes: set[int] = field(default_factory=set)  # the priorities that wait, as last asked
    turns: Turns = field(default_factory=Turns)
    looking: int = 0  # lists of it under way
    doubts: int = 0  # lost answers in a row
    setbacks: int = 0
    untold: int = 0  # reasons to stop that are not written yet
    repaired_at: datetime | None = None
    out: int = 0  # requests claimed or under way, looks included
    since: float = field(default_factory=boot_time)
    claimed: int = 0  # in this hold
    claimed_at: float = 0.0
    handed_token: int = 0  # of the orders last handed over; 0: none yet
    gives_way: bool = False  # its slice is over and others wait

    def under_way(self, change: int) -> None:
        """Count a request in or out."""
        self.out += change
        self.allowance.hold(change)
        self.host.out += change

    @property
    def room(self) -> int:
        """How many more may be claimed: a second set waits in line; after a setback none does."""
        return (1 if self.setbacks else 2 * self.width.slots) - self.out

    def free_for_orders(self, now: datetime) -> int:
        """How many more orders quota and host let out now."""
        return min(self.allowance.free(now), self.host.free_for_orders)

    def free_for_looks(self, now: datetime) -> int:
        """How many more lists quota and host let us ask for now."""
        return min(self.allowance.free(now), self.host.free_for_looks)

    @property
    def dry(self) -> bool:
        return not self.classes

    @property
    def idle(self) -> bool:
        return (
            self.out == 0 and not self.looking and (self.dry or not self.claims or self.gives_way)
        )


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
    route: str = Route.SALESORDER_V3
    numbered: bool = False  # whether it brings a number of ours


def hold(
    lane: Lane,
    deadline: Deadline,
    allowance: Allowance,
    host: HostWatch,
    *,
    most_slots: int,
    now: datetime,
    held_applications: set[int],
) -> HeldLane:
    """Take a leased lane into memory, with the token it may use, if it has one."""
    held = HeldLane(
        lane_id=lane.pk,
        epoch=lane.epoch,
        deadline=deadline,
        width=(width := Width(1 if lane.setbacks else lane.slots, most_slots)),
        line=Line(width.slots, allowance.pace),
        connection=lane.connection,
        company_key=lane.company_key,
        allowance=allowance,
        host=host,
        clock_offset=lane.clock_offset,
        setbacks=lane.setbacks,
    )
    refresh(held, lane, now=now, held_applications=held_applications)
    return held


def refresh(held: HeldLane, lane: Lane, *, now: datetime, held_applications: set[int]) -> None:
    """Bring hold, pause and token up to date; a lane that may no longer send shuts its gate."""
    held.connection = lane.connection
    held.in_shadow = lane.shadow_since is not None
    _start_slowly(held, now)
    held.line.width = held.width.slots
    refused = held.access
    held.access = _access(lane, now)
    if refused and held.access and refused.token_number != held.access.token_number:
        held.deadline.shut = False
    application_well = lane.connection.integration.application_id not in held_applications
    rests = lane.rests_until is not None and lane.rests_until > now
    well = application_well and not rests and not held.untold and _may_send(lane)
    may_send = held.access is not None and well
    if held.claims and not may_send:
        held.deadline.until = 0
    held.claims = may_send


def _access(lane: Lane, now: datetime) -> custody.Access | None:
    """What the lane may ask and send with now."""
    try:
        return custody.access_of(lane.connection, now=now)
    except custody.NoAccess:
        return None


def _start_slowly(held: HeldLane, now: datetime) -> None:
    """What waited for a repair goes out one by one at first: two, four, eight, as it goes well."""
    repaired_at = held.connection.repaired_at
    if repaired_at is not None and repaired_at != held.repaired_at:
        held.repaired_at = repaired_at
        if now - repaired_at < REPAIR_IS_NEWS:
            held.width.restart()


def _may_send(lane: Lane) -> bool:
    connection = lane.connection
    return (
        connection.state == Connection.State.CONNECTED
        and connection.confirmed_at is not None
        and connection.paused_at is None
        and lane.shut_at is None
        and lane.shadow_since is None
        and not lane.is_paused
    )
