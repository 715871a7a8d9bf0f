"""Taking lanes, keeping them, giving them back."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

from django.db import transaction

from integrations.connections.services import incidents
from integrations.deliveries.models import Lane
from integrations.deliveries.services import breakers, lanes, outbox, pauses, probing, telling
from integrations.deliveries.services.holding import (
    GATE_MARGIN,
    TOKEN_RESERVE,
    HeldLane,
    hold,
    refresh,
)
from integrations.deliveries.services.session import Session
from integrations.visma.calls import Deadline, boot_time

logger = logging.getLogger(__name__)

RENEWALS_PER_LEASE = 3
LEASE_EVERY, LEASE_EVERY_IDLE = 0.5, 0.05
SPARED = 20  # times as long as looking took
SLICE_SECONDS, SLICE_ORDERS = 1.0, 50  # of a lane, where others wait for its place
ASK_EVERY = 0.5


def lease(session: Session) -> None:
    """Take lanes that are due, at most one per slot; what a dead holder left is flipped."""
    began, room = boot_time(), session.options.slots - len(session.held)
    many_wait = session.others_wait and room > session.options.slots // 4
    if room <= 0:
        _make_room(session)
        return
    # The bell of what comes now rings behind this very drain: with nothing in hand it looks often.
    is_idle = not session.held and not session.out and began >= session.next_idle_lease
    if began < session.next_lease and not many_wait and not is_idle:
        return
    session.next_lease = began + LEASE_EVERY
    leased = session.database(lambda: _lease_in_database(session)) or []
    session.others_wait = len(leased) == room
    session.next_idle_lease = began + max(LEASE_EVERY_IDLE, SPARED * (boot_time() - began))
    suspended = _held_applications(session) if leased else set()
    for lane in leased:
        # A lane may be given back within the turn; it was work all the same.
        session.busy_at = began
        session.next_look = session.next_asking = 0
        allowance = session.allowances.of(*_allowance_key(lane))
        allowance.host = breakers.origin_of_lane(lane)
        deadline = Deadline(began + _gate_seconds(session), beyond=allowance.gate)
        try:
            session.held[lane.pk] = hold(
                lane,
                deadline,
                allowance,
                session.host(breakers.origin_of_lane(lane)),
                most_slots=session.options.slots_per_lane,
                now=session.clock.now(),
                held_applications=suspended,
            )
        except Exception:
            # Such as a token that doesn't decrypt: this lane is held up, the loop goes on.
            logger.exception("Lane %s can't be served", lane.pk)
            _shut_for_us(session, lane.pk)
    telling.leased([session.held[lane.pk] for lane in leased if lane.pk in session.held])


def _make_room(session: Session) -> None:
    """All places are taken: lanes whose slice is over give way to others that are due."""
    now, ends = session.clock.now(), boot_time() - SLICE_SECONDS
    over = [
        lane
        for lane in session.held.values()
        if not lane.gives_way and (lane.claimed >= SLICE_ORDERS or lane.since <= ends)
    ]
    if not over or boot_time() < session.next_room:
        return
    session.next_room = boot_time() + LEASE_EVERY
    due = session.database(
        lambda: outbox.lanes_due(
            now=now,
            token_until=now + TOKEN_RESERVE,
            shut=probing.shut_routes(session),
            limit=len(over),
        )
    )
    for lane in sorted(over, key=lambda lane: lane.since)[: len(due or [])]:
        lane.gives_way = True
    session.others_wait = bool(due)


def ask_what_waits(session: Session) -> None:
    """Learn which priorities wait in the lanes that are held, now and then and after a lease."""
    if boot_time() < session.next_asking:
        return
    session.next_asking = boot_time() + ASK_EVERY
    claiming = [lane.lane_id for lane in session.held.values() if lane.claims]
    if not claiming:
        return
    now = session.clock.now()
    found = session.database(lambda: outbox.classes_due(claiming, now=now))
    for lane_id, priority in found or []:
        session.held[lane_id].classes.add(priority)


def _gate_seconds(session: Session) -> float:
    return (session.options.lease - GATE_MARGIN).total_seconds()


def _shut_for_us(session: Session, lane_id: int) -> None:
    now = session.clock.now()
    session.lessons.append(lambda: lanes.shut(lane_id, because="fault of ours", now=now))


def _lease_in_database(session: Session) -> list[Lane]:
    now, options = session.clock.now(), session.options
    with transaction.atomic():
        leased = outbox.lease(
            now=now,
            until=now + options.lease,
            token_until=now + TOKEN_RESERVE,
            shut=probing.shut_routes(session),
            limit=options.slots - len(session.held),
        )
        flipped = outbox.flip(
            leased,
            now=now,
            quarantined_until=now + options.quarantine,
            erp_quarantined_until=now + options.erp_quarantine,
            look_at=now + options.first_look,
        )
    if flipped:
        logger.warning("%s deliveries of a worker that is gone are uncertain", len(flipped))
    lanes_leased = _load(leased)
    session.allowances.load(map(_allowance_key, lanes_leased))
    if flipped:
        session.allowances.spend_lost(flipped)
    return lanes_leased


def _allowance_key(lane: Lane) -> tuple[int, str]:
    return lane.connection.integration.application_id, lane.company_key


def _held_applications(session: Session) -> set[int]:
    return session.database(incidents.held_applications) or set()


def _load(lane_ids: Iterable[int]) -> list[Lane]:
    return list(
        pauses.marked(Lane.objects.filter(pk__in=list(lane_ids))).select_related(
            "connection__company", "connection__grant", "connection__integration__application"
        )
    )


def renew(session: Session) -> None:
    """Go on holding the lanes, and learn what changed about them: hold, pause, token."""
    if not session.held or boot_time() < session.next_renewal:
        return
    began, epochs = boot_time(), session.epochs()
    session.next_renewal = began + session.options.lease.total_seconds() / RENEWALS_PER_LEASE
    until = session.clock.now() + session.options.lease
    kept = session.database(lambda: outbox.renew(epochs, until=until))
    if kept is None:
        return
    for lane_id in epochs.keys() - kept:
        _lose(session, session.held.pop(lane_id))
    suspended = _held_applications(session)
    for lane in session.database(lambda: _load(session.held)) or []:
        held = session.held[lane.pk]
        held.deadline.until = began + _gate_seconds(session)
        try:
            refresh(held, lane, now=session.clock.now(), held_applications=suspended)
        except Exception:
            logger.exception("Lane %s can't be served any more", lane.pk)
            held.claims, held.access, held.deadline.until = False, None, 0
            _shut_for_us(session, lane.pk)


def _lose(session: Session, lane: HeldLane) -> None:
    """Somebody else holds the lane: nothing more of it goes out; its answers still count."""
    logger.warning("Lane %s was taken over", lane.lane_id)
    lane.claims, lane.deadline.until = False, 0
    _drop_searches(session, {lane.lane_id})


def _drop_searches(session: Session, lane_ids: set[int]) -> None:
    session.searches = [s for s in session.searches if s.lane.lane_id not in lane_ids]


def give_back(session: Session) -> None:
    """Release the lanes that have nothing left to do, or may not do it for a while.

    A lane with answers still to be written is kept: only death or a lapsed lease makes its rows
    uncertain by flip.
    """
    if session.unwritten or session.lessons or session.claims_in_doubt:
        return
    now = session.clock.now()
    done: dict[int, int] = {}
    for lane in session.held.values():
        opens_at = lane.allowance.opens_at(now)
        shut = bool(opens_at) or lane.host.is_shut
        if lane.out == 0 and (lane.idle or session.winds_down or shut):
            done[lane.lane_id] = lane.epoch
            if opens_at:
                session.lessons.append(partial(lanes.rest, lane.lane_id, until=opens_at))
    if done and session.did(lambda: outbox.release(done, now=now)):
        _drop_searches(session, set(done))
        _remember_widths(session, [session.held[lane_id] for lane_id in done])
        for lane_id in done:
            del session.held[lane_id]


def _remember_widths(session: Session, given_back: list[HeldLane]) -> None:
    """Whoever holds the lane next goes on with what Visma was found to take."""
    by_slots: dict[int, list[int]] = {}
    for lane in given_back:
        if lane.width.slots != lane.width.before:
            by_slots.setdefault(lane.width.slots, []).append(lane.lane_id)
    session.lessons += [partial(lanes.remember, ids, slots=n) for n, ids in by_slots.items()]
