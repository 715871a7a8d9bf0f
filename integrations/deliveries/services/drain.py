"""The push: one synchronous loop over all leased lanes.

Each turn renews and leases, claims what free slots and quotas let out, sends, looks, and writes
what came back. Whatever is sent was committed before; whatever is not written yet is kept until it
is. The loop ends after a while with nothing to do, or when asked to stop: then it claims nothing
more and listens out what is under way.
"""

from __future__ import annotations

import logging
import threading

from integrations.deliveries.services import leasing, outbox, searching, sending, settling
from integrations.deliveries.services.holding import DrainOptions, Job
from integrations.deliveries.services.looking import PageAsked
from integrations.deliveries.services.session import Session, open_session
from integrations.visma.calls import Answer, boot_time

logger = logging.getLogger(__name__)

POLL, POLL_IDLE = 0.02, 0.25  # seconds
SAVE_EVERY = 1.0
BATCH, BATCH_SECONDS = 128, 0.1


def drain(options: DrainOptions, stop: threading.Event) -> None:
    """Push until there is nothing to do, the turn is over, or ``stop`` is set."""
    session = open_session(options, stop)
    busy_at = boot_time()
    try:
        while not _is_over(session, busy_at):
            _turn(session)
            if session.held or session.out:
                busy_at = boot_time()
    finally:
        _end(session)


def _is_over(session: Session, busy_at: float) -> bool:
    if session.held or session.out or session.unwritten or session.lessons or session.ready:
        return session.wound_down_for > session.options.grace.total_seconds()
    idle = boot_time() - busy_at > session.options.idle.total_seconds()
    return idle or session.winds_down


def _turn(session: Session) -> None:
    leasing.renew(session)
    sending.take_back_doubtful_claims(session)
    if session.winds_down:
        sending.give_up_ready(session)
    else:
        leasing.lease(session)
        sending.claim_and_send(session)
        searching.look(session)
    _listen(session, POLL if session.out or session.held else POLL_IDLE)
    write(session)
    leasing.give_back(session)


def _listen(session: Session, timeout: float) -> None:
    for answer in session.pump.poll(timeout):
        _take(session, answer)
    sending.send_ready(session)


def _take(session: Session, answer: Answer) -> None:
    if isinstance(answer.key, Job):
        sending.take_order(session, answer.key, answer)
    elif isinstance(answer.key, PageAsked):
        searching.take_page(session, answer.key.search, answer)


def write(session: Session) -> None:
    """Write the outcomes, then what was learnt of lanes; what the database can't take now waits."""
    if _is_time_to_write(session) and session.did(lambda: settling.settle(session.unwritten)):
        session.unwritten = []
    while session.lessons and not session.unwritten:
        try:
            if not session.did(session.lessons[0]):
                return
        except Exception:
            logger.exception("A lesson about a lane could not be written")
        del session.lessons[0]
    if boot_time() >= session.next_saving:
        session.next_saving = boot_time() + SAVE_EVERY
        session.did(session.allowances.save)


def _is_time_to_write(session: Session) -> bool:
    """A batch may fill while more answers are on their way, but not for long."""
    if not session.unwritten:
        return False
    age = boot_time() - session.unwritten_since
    return len(session.unwritten) >= BATCH or age >= BATCH_SECONDS or not session.out


def _end(session: Session) -> None:
    """Listen out what is still under way, call the rest uncertain, and let go."""
    sending.give_up_ready(session)
    until = boot_time() + session.options.grace.total_seconds()
    while session.out and boot_time() < until:
        leasing.renew(session)
        _listen(session, POLL)
        write(session)
    for answer in session.pump.abandon():
        _take(session, answer)
    write(session)
    session.did(session.allowances.save)
    session.pump.close()
    if not session.unwritten:
        # Otherwise the leases lapse, and whoever is next finds the rows in `sending`.
        epochs = session.epochs()
        session.did(lambda: outbox.release(epochs, now=session.clock.now()))
