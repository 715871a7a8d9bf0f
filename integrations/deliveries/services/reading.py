"""What a search asks for next, over the route of today, and what it takes from an answer."""

from __future__ import annotations

from integrations.deliveries.services.looking import PageAsked, Search
from integrations.visma.answers import Read, classify_read
from integrations.visma.calls import Answer, Call
from integrations.visma.errors import Malformed
from integrations.visma.routes import ROUTES, Reading, Wanted


class NoAccess(Exception):
    """The lane lost its token while it was looked for something."""


def page_call(search: Search) -> Call:
    """The request for what the search has to read next. Raises NoAccess, or ValueError."""
    access = search.lane.access
    if access is None:
        raise NoAccess
    search.route = access.route
    route, one = ROUTES[access.route], search.sought[0]
    key, deadline = PageAsked(search, search.page), search.lane.deadline
    if search.wants_witness and (call := route.witness(access.door, key, deadline)):
        return call
    if search.number is not None:
        return route.one(access.door, *search.number, key, deadline)
    first_sent = min(one.first_sent_at for one in search.sought)
    wanted = Wanted(
        since=route.since(first_sent, search.lane.clock_offset),
        buyer="" if search.whole else one.buyer,
        reference="" if search.whole else one.reference,
    )
    return route.page(access.door, wanted, _reading(search), key, deadline)


def take_answer(search: Search, answer: Answer) -> bool:
    """Search what was read. Returns whether there is more to read.

    Raises Malformed where it can't be read, and ListMoved where the list has to be read anew.
    """
    route = ROUTES[search.route]
    if search.number is not None:
        _take_one(search, answer)
        return False
    if search.wants_witness:
        if not route.has_witness(answer):
            raise Malformed("Nothing tells that the list is the company's")
        return False
    page = route.read_page(answer, _reading(search))
    search.take(page.rows)
    search.page, search.total = search.page + 1, page.total_count
    if page.next_page:
        return True
    search.wants_witness = search.whole and not search.rows_read and _is_disputable(search)
    return search.wants_witness


def _take_one(search: Search, answer: Answer) -> None:
    """A number that is not there is a miss; one that somebody else's order carries, no hit."""
    search.rows_read = 0
    if classify_read(answer) is Read.MISSING:
        return
    row = ROUTES[search.route].read_one(answer)
    search.take((row,))
    if not search.hits.get(search.sought[0].delivery_id):
        search.stranger = row


def _is_disputable(search: Search) -> bool:
    access = search.lane.access
    return access is not None and access.door.names_company


def _reading(search: Search) -> Reading:
    return Reading(search.page, search.page_size, search.rows_read, search.total)
