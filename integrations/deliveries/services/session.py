"""What one run of the push has in hand, and its one way to the database."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connection

from integrations.connections.services import visma_clients
from integrations.deliveries.services.allowances import Allowances
from integrations.deliveries.services.clock import DatabaseClock
from integrations.deliveries.services.holding import DrainOptions, HeldLane, Job
from integrations.deliveries.services.hosts import HostWatch, ProbeAsked
from integrations.deliveries.services.looking import Search
from integrations.deliveries.services.outbox import Arrival, AttemptEnd, Settlement
from integrations.deliveries.services.phases import Phases
from integrations.visma.calls import boot_time
from integrations.visma.dispatch import Dispatcher
from integrations.visma.pump import MOST_SLOTS

logger = logging.getLogger(__name__)

DATABASE_AWAY = 1.0  # seconds until it is tried again
SESSION = {
    "lock_timeout": "2s",
    "statement_timeout": "2s",
    "plan_cache_mode": "force_generic_plan",
}
PREPARED_FROM = 5  # executions; the hot statements ask to be prepared at once
# Connections beyond the slots, for requests that hang.
SPARE_SLOTS = 64
# Claimed before there is a slot for them, so that a slot that gets free is filled at once.
LEAST_AHEAD, MOST_AHEAD = 16, 512

T = TypeVar("T")


@dataclass(slots=True)
class Session:
    """The state of a drain. ``unwritten`` and ``lessons`` the database must still learn."""

    options: DrainOptions
    stop: threading.Event
    dispatcher: Dispatcher
    clock: DatabaseClock = field(default_factory=DatabaseClock)
    allowances: Allowances = field(default_factory=Allowances)
    hosts: dict[str, HostWatch] = field(default_factory=dict)
    phases: Phases = field(default_factory=Phases)
    probe: ProbeAsked | None = None  # out now
    held: dict[int, HeldLane] = field(default_factory=dict)
    # Claimed and not judged yet; some wait in their lanes' lines for a slot.
    out: dict[tuple[int, int], Job] = field(default_factory=dict)
    searches: list[Search] = field(default_factory=list)
    unwritten: list[Arrival | tuple[Settlement, AttemptEnd]] = field(default_factory=list)
    lessons: list[Callable[[], object]] = field(default_factory=list)
    offsets: dict[int, timedelta] = field(default_factory=dict)
    unwritten_since: float = 0.0
    claims_in_doubt: bool = False
    started: float = field(default_factory=boot_time)
    busy_at: float = field(default_factory=boot_time)
    next_renewal: float = 0.0
    next_lease: float = 0.0
    next_idle_lease: float = 0.0
    next_look: float = 0.0
    next_room: float = 0.0
    next_asking: float = 0.0
    others_wait: bool = False  # more lanes are due than there are places
    next_follow: float = 0.0
    next_saving: float = 0.0
    _away_until: float = 0.0
    _winding_since: float = 0.0

    @property
    def winds_down(self) -> bool:
        """A stop is wanted or the turn is over: claim nothing more, only listen."""
        return self.stop.is_set() or self.age > self.options.turn.total_seconds()

    @property
    def ahead(self) -> int:
        """How many orders may be claimed beyond the slots."""
        return max(LEAST_AHEAD, min(3 * self.options.slots, MOST_AHEAD))

    @property
    def age(self) -> float:
        return boot_time() - self.started

    @property
    def wound_down_for(self) -> float:
        """Seconds since the wind-down was first noticed here; 0 before."""
        if not self.winds_down:
            return 0.0
        self._winding_since = self._winding_since or boot_time()
        return boot_time() - self._winding_since

    @property
    def database_is_away(self) -> bool:
        return boot_time() < self._away_until

    def host(self, origin: str) -> HostWatch:
        """What this drain knows of a host."""
        if origin not in self.hosts:
            self.hosts[origin] = HostWatch(origin)
        return self.hosts[origin]

    def epochs(self) -> dict[int, int]:
        return {lane.lane_id: lane.epoch for lane in self.held.values()}

    def database(self, action: Callable[[], T]) -> T | None:
        """Do something in the database, or nothing (None) while it is away, locked or too slow.

        Faults of data come through. A failed action has written nothing, unless its COMMIT is in
        doubt; so actions are such that they can be repeated.
        """
        if self.database_is_away:
            return None
        try:
            _bound_statements()
            return action()
        except (OperationalError, InterfaceError) as error:
            logger.warning("The database can't be used now: %s", type(error).__name__)
            self._away_until = boot_time() + DATABASE_AWAY
            connection.close()
            return None

    def did(self, action: Callable[[], object]) -> bool:
        """Whether something that answers nothing could be done in the database."""
        return self.database(lambda: (action(),)) is not None


def open_session(options: DrainOptions, stop: threading.Event) -> Session:
    """A session of its own, with a pump that runs beside it."""
    total = min(options.slots + SPARE_SLOTS, MOST_SLOTS)
    pump = visma_clients.pump_options(total=total, per_host=total)
    return Session(options, stop, Dispatcher(pump, options.slots))


def _bound_statements() -> None:
    """On a new connection to PostgreSQL: nothing waits longer than this for a lock or an answer.

    The hot statements are planned once: whatever their values, the plan is the same.
    """
    if connection.connection is not None:
        return
    connection.ensure_connection()
    if connection.vendor != "postgresql":
        return
    raw: Any = connection.connection
    raw.prepare_threshold = PREPARED_FROM
    with connection.cursor() as cursor:
        for name, value in SESSION.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
