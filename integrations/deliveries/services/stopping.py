"""What stops a lane: nothing more is claimed of it, and why is written with the answers."""

from __future__ import annotations

from collections.abc import Callable

from integrations.connections.services import custody, incidents
from integrations.deliveries.services import judging, lanes
from integrations.deliveries.services.holding import HeldLane, Job
from integrations.deliveries.services.session import Session


def stop_lane(session: Session, lane: HeldLane, lesson: Callable[[], object]) -> None:
    """Nothing more is claimed of the lane in this hold; ``lesson`` writes why."""
    lane.claims = False
    lane.untold += 1

    def tell() -> None:
        lesson()
        lane.untold -= 1

    session.lessons.append(tell)


def shutting(lane: HeldLane, because: str, session: Session) -> Callable[[], object]:
    """Shut until the doctor finds the connection well."""
    now = session.clock.now()
    return lambda: lanes.shut(lane.lane_id, because=because, now=now)


def setting_back(lane: HeldLane, session: Session) -> Callable[[], object]:
    """Rest, the longer the more setbacks there were in a row."""
    lane.setbacks += 1
    until = session.clock.now() + judging.jittered(lane.setbacks)
    return lambda: lanes.set_back(lane.lane_id, setbacks=lane.setbacks, until=until)


def refused_token(session: Session, job: Job) -> None:
    """A 401: that token is stale. When the one before it was refused too, the doctor looks."""
    access = job.lane.access
    if access is None:
        return
    refused_before = custody.last_refused(access.grant_id)
    if custody.mark_stale(access.grant_id, job.token_number) and (
        0 < refused_before == job.token_number - 1
    ):
        lanes.shut(job.lane.lane_id, because="two tokens refused", now=session.clock.now())


def own_fault(session: Session, lane: HeldLane, error: str) -> None:
    """Our own set-up, such as an unknown certificate: staff are told, nobody else."""
    lanes.shut(lane.lane_id, because=error, now=session.clock.now())
    incidents.open_incident(
        "own_set_up", subject=f"lane-{lane.lane_id}", connection=lane.connection, detail=error
    )
