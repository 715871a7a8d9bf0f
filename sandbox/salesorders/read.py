"""GET one order, its lines, and lists of orders."""

from __future__ import annotations

from sandbox.guard import Call
from sandbox.http import Response, json_response, problem
from sandbox.paging import BadPaging, Page, paged, read_page
from sandbox.query import Query
from sandbox.salesorders.concurrency import etag_header
from sandbox.salesorders.detail_lines import describe_line
from sandbox.salesorders.details import describe_order
from sandbox.salesorders.expansion import BadExpansion, read_expansion
from sandbox.salesorders.listing import BadListing, matching_orders, read_wish
from sandbox.salesorders.rows import describe_row
from sandbox.salesorders.store import Line, Order
from sandbox.state import Sandbox
from sandbox.switches import Switches

LINES_PAGE = 1000
EXPANDED_PAGE = 100


def show_order(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """Without ``expand=Customer`` the order does not say whose it is, nor its reference."""
    try:
        expand = read_expansion(Query(call.request.query_string), sandbox.switches)
    except BadExpansion as error:
        return problem(400, str(error), instance=call.request.path)
    content = describe_order(sandbox, call.company, order, expand)
    return json_response(content, headers=etag_header(order, sandbox.switches))


def list_orders(sandbox: Sandbox, call: Call) -> Response:
    query, switches = Query(call.request.query_string), sandbox.switches
    try:
        expand = set() if switches.list_expand == "ignored" else read_expansion(query, switches)
        page = _read_list_page(query, expand, switches)
        orders = matching_orders(sandbox, call, read_wish(call, query, sandbox.switches))
    except (BadExpansion, BadListing, BadPaging) as error:
        return problem(400, str(error), instance=call.request.path)

    def row(order: Order) -> dict[str, object]:
        return describe_row(sandbox, call.company, order, expand)

    return paged(sandbox, call.request, page, orders, row)


def _read_list_page(query: Query, expand: set[str], switches: Switches) -> Page:
    """With any section expanded a page has at most 100 rows, however many were asked for."""
    refuses = expand and switches.expanded_page == "refused"
    largest = EXPANDED_PAGE if refuses else switches.max_page_size
    page = read_page(query, default_size=min(100, largest), largest=largest)
    return Page(page.index, min(page.size, EXPANDED_PAGE)) if expand else page


def list_lines(sandbox: Sandbox, call: Call, order: Order) -> Response:
    try:
        page = read_page(
            Query(call.request.query_string),
            default_size=LINES_PAGE,
            largest=max(LINES_PAGE, sandbox.switches.max_page_size),
        )
    except BadPaging as error:
        return problem(400, str(error), instance=call.request.path)

    def describe(line: Line) -> dict[str, object]:
        return describe_line(sandbox, call.company, order, line)

    return paged(sandbox, call.request, page, order.lines, describe)


def show_line(sandbox: Sandbox, call: Call, order: Order) -> Response:
    wanted = call.request.parameters["line_id"]
    for line in order.lines:
        if str(line.line_id) == wanted:
            return json_response(describe_line(sandbox, call.company, order, line))
    return problem(404, "Line could not be found", instance=call.request.path)
