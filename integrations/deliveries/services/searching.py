"""Looks under way: which to begin, page after page, and what they came to."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from integrations.connections.services import custody
from integrations.deliveries.services import findings, looking, reading, rehearsing
from integrations.deliveries.services.answering import learn
from integrations.deliveries.services.looking import Search
from integrations.deliveries.services.session import Session
from integrations.visma.answers import Read, classify_read
from integrations.visma.calls import Answer, boot_time
from integrations.visma.errors import ListMoved, Malformed
from integrations.visma.transfers import is_too_long

LOOK_EVERY = 1.0  # seconds between asking the database which looks are due
MOST_RESTARTS = 5  # of one list that changes while it is read


def look(session: Session) -> None:
    """Begin the looks that are due, and ask for the next pages where slots and quota allow."""
    if boot_time() >= session.next_look:
        session.next_look = boot_time() + LOOK_EVERY
        _begin(session)
    now = session.clock.now()
    for search in list(session.searches):
        if search.lane.free_for_looks(now) and _may_ask(session, search, now):
            session.searches.remove(search)
            _ask(session, search)


def _may_ask(session: Session, search: Search, now: datetime) -> bool:
    """Whether what comes next may be asked for: whole lists of a company keep their distance."""
    access = search.lane.access
    if access is not None and search.route not in ("", access.route):
        search.begin_anew()
    if search.begun or not search.whole:
        return True
    if boot_time() < search.not_before:
        return False
    pause = session.options.list_pause
    wait = session.database(lambda: looking.begin_list(search.lane.lane_id, pause=pause, now=now))
    if wait is None or wait:
        search.not_before = boot_time() + (wait or pause).total_seconds()
        return False
    search.begun, search.begun_at = True, now
    return True


def _ask(session: Session, search: Search) -> None:
    try:
        session.dispatcher.hand_over(search.lane.line, [reading.page_call(search)])
    except (ValueError, reading.NoAccess):
        # The lane's address or token can't be used: as good as an outage, until it is mended.
        now = session.clock.now()
        session.lessons.append(lambda: findings.write_failed(search, 0, session.options, now=now))
        search.lane.looking -= 1
        return
    search.lane.under_way(1)


def _begin(session: Session) -> None:
    now = session.clock.now()
    askable = [lane for lane in session.held.values() if lane.access and not lane.looking]
    for lane in session.database(lambda: looking.lanes_to_look_at(askable, now=now)) or []:
        searches = session.database(partial(looking.due_searches, lane, now=now)) or []
        session.searches += searches
        lane.looking = len(searches)
    rehearsing.begin(session)


def take_page(session: Session, search: Search, answer: Answer) -> None:
    """Search one page; at the end of the list, or when it can't be read, say what was found."""
    search.lane.under_way(-1)
    learn(session, search.lane, answer)
    try:
        more = reading.take_answer(search, answer)
    except ListMoved:
        _begin_anew(session, search, answer)
    except Malformed:
        if search.page_size > 1 and is_too_long(answer):
            search.page_size //= 2
            search.begin_anew()
            session.searches.append(search)
        else:
            _failed(session, search, answer)
    else:
        _go_on(session, search, answer, more=more)


def _go_on(session: Session, search: Search, answer: Answer, *, more: bool) -> None:
    if not more:
        now = session.clock.now()
        session.lessons.append(lambda: findings.write_found(search, session.options, now=now))
        search.lane.looking -= 1
    elif search.page < looking.MOST_PAGES:
        session.searches.append(search)
    else:
        _failed(session, search, answer)


def _begin_anew(session: Session, search: Search, answer: Answer) -> None:
    """A list that moved proves nothing. One that never stands still is as good as an outage."""
    search.restarts += 1
    if search.restarts > MOST_RESTARTS or not search.whole:
        _failed(session, search, answer)
        return
    search.begin_anew()
    session.searches.append(search)


def _failed(session: Session, search: Search, answer: Answer) -> None:
    now, access = session.clock.now(), search.lane.access
    session.lessons.append(
        lambda: findings.write_failed(search, answer.status, session.options, now=now)
    )
    search.lane.looking -= 1
    if classify_read(answer) is Read.UNAUTHORIZED and access is not None:
        search.lane.claims = False
        session.lessons.append(lambda: custody.mark_stale(access.grant_id, access.token_number))
