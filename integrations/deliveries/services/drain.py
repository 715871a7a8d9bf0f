"""The push: one synchronous loop over all leased lanes.

Each turn renews and leases, claims what free slots and quotas let out, sends, looks, and writes
what came back. Whatever is sent was committed before; whatever is not written yet is kept until it
is. The loop ends after a while with nothing to do, or when asked to stop: then it claims nothing
more and listens out what is under way.
"""

from __future__ import annotations

import gc
import logging
import sys
import threading

from integrations.deliveries.services import (
    answering,
    lanes,
    leasing,
    ordering,
    outbox,
    probing,
    searching,
    sending,
    settling,
)
from integrations.deliveries.services.holding import DrainOptions, Job
from integrations.deliveries.services.hosts import ProbeAsked
from integrations.deliveries.services.looking import PageAsked
from integrations.deliveries.services.phases import Phase
from integrations.deliveries.services.session import Session, open_session
from integrations.visma.calls import Answer, boot_time

logger = logging.getLogger(__name__)

POLL = 0.05  # seconds
# libcurl's callbacks need the interpreter, which this thread must not keep from them for long.
SWITCH = 0.0002
SAVE_EVERY = 1.0
BATCH, BATCH_SECONDS = 256, 0.1


def drain(options: DrainOptions, stop: threading.Event) -> None:
    """Push until there is nothing to do, the turn is over, or ``stop`` is set."""
    # What is there by now stays; only what the push makes is worth the collector's time.
    gc.freeze()
    sys.setswitchinterval(SWITCH)
    session = open_session(options, stop)
    try:
        while not _is_over(session):
            _turn(session)
            if session.held or session.out or session.probe:
                session.busy_at = boot_time()
    finally:
        _end(session)


def _is_over(session: Session) -> bool:
    if session.held or session.out or session.probe or session.unwritten or session.lessons:
        return session.wound_down_for > session.options.grace.total_seconds()
    idle = boot_time() - session.busy_at > session.options.idle.total_seconds()
    return idle or session.winds_down


def _turn(session: Session) -> None:
    leasing.renew(session)
    probing.follow(session)
    sending.take_back_doubtful_claims(session)
    sending.withdraw_stopped(session)
    claims = False
    if session.winds_down:
        sending.withdraw_all(session)
    else:
        leasing.lease(session)
        session.phases.enter(Phase.CLAIM)
        leasing.ask_what_waits(session)
        claims = sending.claim_and_send(session)
        session.phases.enter(Phase.LOOK)
        searching.look(session)
    _listen(session, claims=claims)
    write(session)
    session.phases.enter(Phase.LEASE)
    leasing.give_back(session)


def _listen(session: Session, *, claims: bool = False) -> None:
    """Wait for answers: a batch of them, or until there is room to claim for."""
    wait = POLL
    if session.unwritten:
        wait = min(wait, max(0.0, session.unwritten_since + BATCH_SECONDS - boot_time()))
    few = session.ahead // 2 if claims else -1
    session.phases.enter(Phase.WAIT)
    came = session.dispatcher.collect(wait, enough=BATCH, few=few)
    session.phases.enter(Phase.SETTLE)
    for answer in came.answers:
        _take(session, answer)
    sending.take_unsent(session, came.unsent)


def _take(session: Session, answer: Answer) -> None:
    if isinstance(answer.key, Job):
        answering.take_order(session, answer.key, answer)
    elif isinstance(answer.key, PageAsked):
        searching.take_page(session, answer.key.search, answer)
    elif isinstance(answer.key, ProbeAsked):
        probing.take_probe(session, answer.key, answer)


def write(session: Session) -> None:
    """Write the outcomes, then what was learnt of lanes; what the database can't take now waits."""
    if _is_time_to_write(session) and session.did(lambda: _settle(session)):
        session.unwritten = []
        ordering.wake(session.held.values())
    while session.lessons and not session.unwritten:
        try:
            if not session.did(session.lessons[0]):
                return
        except Exception:
            logger.exception("A lesson about a lane could not be written")
        del session.lessons[0]
    if boot_time() >= session.next_saving:
        session.next_saving = boot_time() + SAVE_EVERY
        session.did(lambda: session.allowances.sync(session.held, session.clock.now()))
        _save_offsets(session)
        session.did(session.phases.save)


def _save_offsets(session: Session) -> None:
    if session.offsets and session.did(lambda: lanes.note_offsets(session.offsets)):
        session.offsets = {}


def _settle(session: Session) -> None:
    """Where little is left of an allowance, others learn it before the orders count no more."""
    if session.allowances.urgent:
        session.allowances.save()
    settling.settle(session.unwritten)


def _is_time_to_write(session: Session) -> bool:
    """A batch may fill while more answers are on their way, but not for long."""
    if not session.unwritten:
        return False
    age = boot_time() - session.unwritten_since
    return len(session.unwritten) >= BATCH or age >= BATCH_SECONDS or not session.out


def _end(session: Session) -> None:
    """Listen out what is still under way, call the rest uncertain, and let go."""
    sending.withdraw_all(session)
    until = boot_time() + session.options.grace.total_seconds()
    while session.out and boot_time() < until:
        leasing.renew(session)
        _listen(session)
        write(session)
    left = session.dispatcher.stop()
    for answer in left.answers:
        _take(session, answer)
    sending.take_unsent(session, left.unsent)
    write(session)
    session.did(session.allowances.save)
    _save_offsets(session)
    session.did(lambda: session.phases.save(at_once=True))
    probing.let_go(session)
    if not session.unwritten:
        # Otherwise the leases lapse, and whoever is next finds the rows in `sending`.
        epochs = session.epochs()
        session.did(lambda: outbox.release(epochs, now=session.clock.now()))
