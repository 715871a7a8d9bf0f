"""Looks under way: which to begin, page after page, and what they came to."""

from __future__ import annotations

from functools import partial

from integrations.connections.services import custody
from integrations.deliveries.services import findings, looking, rehearsing
from integrations.deliveries.services.looking import Search
from integrations.deliveries.services.sending import learn
from integrations.deliveries.services.session import Session
from integrations.visma.answers import Read, classify_read
from integrations.visma.calls import Answer, boot_time
from integrations.visma.sales_orders import Malformed, listed

LOOK_EVERY = 1.0  # seconds between asking the database which looks are due


def look(session: Session) -> None:
    """Begin the looks that are due, and ask for the next pages where slots and quota allow."""
    if boot_time() >= session.next_look:
        session.next_look = boot_time() + LOOK_EVERY
        _begin(session)
    now = session.clock.now()
    for search in list(session.searches):
        if search.lane.free_for_looks(now):
            session.searches.remove(search)
            _ask(session, search)


def _ask(session: Session, search: Search) -> None:
    try:
        session.dispatcher.hand_over(search.lane.line, [looking.page_call(search)])
    except ValueError:
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
        page = listed(answer)
    except Malformed:
        _failed(session, search, answer)
        return
    search.take(page.rows)
    search.page += 1
    now = session.clock.now()
    if not page.next_page:
        session.lessons.append(lambda: findings.write_found(search, session.options, now=now))
        search.lane.looking -= 1
    elif search.page < looking.MOST_PAGES:
        session.searches.append(search)
    else:
        session.lessons.append(
            lambda: findings.write_failed(search, answer.status, session.options, now=now)
        )
        search.lane.looking -= 1


def _failed(session: Session, search: Search, answer: Answer) -> None:
    now, access = session.clock.now(), search.lane.access
    session.lessons.append(
        lambda: findings.write_failed(search, answer.status, session.options, now=now)
    )
    search.lane.looking -= 1
    if classify_read(answer) is Read.UNAUTHORIZED and access is not None:
        search.lane.claims = False
        session.lessons.append(lambda: custody.mark_stale(access.grant_id, access.token_number))
