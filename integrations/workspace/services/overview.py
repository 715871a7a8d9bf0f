"""A tenant at one glance: its connections, what waits, what needs somebody, what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from integrations.connections.models import Connection, Invitation
from integrations.connections.services import incidents, invitation_states, states
from integrations.connections.services.findings import Explanation, explain
from integrations.connections.services.states import Shown, Step
from integrations.deliveries.models import Delivery, Lane, Pause
from integrations.deliveries.services import clearing, pauses
from integrations.deliveries.services.standing import MOST, NEEDS_PERSON, hold_of, with_counts
from integrations.tenants.models import Tenant
from integrations.workspace.services import today
from integrations.workspace.services.today import Day

# The rounds prove a connection every 15 minutes; after two of them a proof is old.
OLD = timedelta(minutes=30)
State = Connection.State
COMING = 20  # links shown among the companies; a page of their own has all


@dataclass(frozen=True, slots=True)
class Row:
    """One connection. ``step`` names what to do next, "" when there is nothing."""

    connection: Connection
    state: Shown
    proven_at: datetime | None
    old: bool
    waiting: int
    oldest_at: datetime | None
    in_shadow: bool
    needs_you: int
    day: Day
    told: Explanation | None
    # What holds it back on purpose, the widest of them.
    pause: Pause | None = None

    @property
    def works(self) -> bool:
        """Orders go out: connected, confirmed, not paused nor in shadow mode, and Visma takes the
        application."""
        return self.state.state == states.State.CONNECTED and not self.in_shadow

    @property
    def held_since(self) -> datetime | None:
        """Since when the oldest order waits for the connection; None while it works."""
        return None if self.works else self.oldest_at

    @property
    def shown(self) -> str:
        """The state's name for the tag ``proof``."""
        return self.state.state

    @property
    def step(self) -> str:
        if self.state.step == Step.NONE and self.needs_you:
            return "orders"
        return self.state.step


@dataclass(frozen=True, slots=True)
class Coming:
    """A connection that somebody was asked for, and how far it is."""

    invitation: Invitation
    state: Shown


def rows_of(tenant: Tenant, *, now: datetime, with_day: bool = False) -> list[Row]:
    """The tenant's connections: those that need somebody first, then by name.

    ``with_day`` looks up today's orders, a query for each connection.
    """
    lanes = {lane.connection_id: lane for lane in _lanes(tenant)}
    connections = (
        Connection.objects.for_tenant(tenant)
        .select_related("company__tenant", "integration__application")
        .order_by("company__name", "pk")
    )
    known = list(connections)
    held, paused = incidents.held_applications(), pauses.of_connections(known)
    rows = [
        _row(
            connection, lanes.get(connection.pk), now, held=held,
            pause=paused.get(connection.pk), with_day=with_day,
        )
        for connection in known
    ]  # fmt: skip
    return sorted(rows, key=_urgency)


def coming(tenant: Tenant, *, now: datetime) -> list[Coming]:
    """Connections that are still to come: links under way, the newest first, ``COMING`` at most."""
    open_links = tenant.invitations.filter(
        connected_at=None, connection=None, withdrawn_at=None, expires_at__gt=now
    ).order_by("-created_at")
    found = []
    for invitation in invitation_states.with_last_try(open_links)[:COMING]:
        state = states.of_link(invitation_states.standing(invitation, now=now))
        if state is not None:
            found.append(Coming(invitation, state))
    return found


def share_a_company(rows: list[Row]) -> bool:
    """Whether a company is in two rows, which only the integration's name tells apart."""
    return len({row.connection.company_id for row in rows}) < len(rows)


def row_of(connection: Connection, *, now: datetime) -> Row:
    lane = _lanes(connection.company.tenant).filter(connection=connection).first()
    pause = pauses.of_connections([connection]).get(connection.pk)
    held = incidents.held_applications()
    return _row(connection, lane, now, held=held, pause=pause, with_day=True)


def clears_at(connection: Connection, *, now: datetime) -> datetime | None:
    """About when all that waits for it has gone out; None when that says nothing."""
    lane = (
        Lane.objects.filter(connection=connection).select_related("connection__integration").first()
    )
    return clearing.worth_telling(lane, hold_of(connection, now=now), now=now)


def broken_count(tenant: Tenant) -> int:
    """How many connections need somebody, up to ``MOST``."""
    return Connection.objects.for_tenant(tenant).filter(state=State.BROKEN)[:MOST].count()


def needs_you_count(tenant: Tenant) -> int:
    """How many orders of the tenant need a person, up to ``MOST``."""
    orders = Delivery.objects.for_tenant(tenant).filter(state__in=NEEDS_PERSON)
    return orders.order_by()[:MOST].count()


def _lanes(tenant: Tenant) -> QuerySet[Lane]:
    return with_counts(Lane.objects.filter(connection__company__tenant=tenant))


def _row(
    connection: Connection,
    lane: Lane | None,
    now: datetime,
    *,
    held: set[int],
    pause: Pause | None,
    with_day: bool,
) -> Row:
    proven_at = connection.proven_at
    return Row(
        connection=connection,
        state=states.shown(connection, held_applications=held, paused=pause is not None),
        proven_at=proven_at,
        old=proven_at is not None and now - proven_at > OLD,
        waiting=getattr(lane, "waiting", 0),
        oldest_at=getattr(lane, "oldest_at", None),
        in_shadow=lane is not None and lane.shadow_since is not None,
        needs_you=getattr(lane, "needs_person", 0),
        day=today.day_of(connection.pk, now=now) if lane and with_day else Day(),
        told=told(connection),
        pause=pause,
    )


def told(connection: Connection) -> Explanation | None:
    """What is wrong with a broken connection, in the reader's language."""
    if not connection.problem:
        return None
    company = connection.company
    return explain(connection.problem, tenant=company.tenant.name, company=str(company))


def _urgency(row: Row) -> int:
    order = ["mend", "look", "confirm", "orders", "wait", "resume", "", "reconnect"]
    return order.index(row.step)
