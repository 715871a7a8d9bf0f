"""POST, PATCH and DELETE of an order's lines."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from sandbox.guard import Call
from sandbox.http import Response
from sandbox.salesorders import codes
from sandbox.salesorders.change import changed
from sandbox.salesorders.concurrency import check_version
from sandbox.salesorders.lines import MOST_REMOVED, LineChanges
from sandbox.salesorders.look import Look
from sandbox.salesorders.merging import merged_order
from sandbox.salesorders.problems import Problems, Refused, plain_problem
from sandbox.salesorders.reading import Reader, read_json
from sandbox.salesorders.shapes import Shape
from sandbox.salesorders.shapes_lines import LINE_CHANGES, NEW_LINES
from sandbox.salesorders.states import check_changeable
from sandbox.salesorders.store import Order
from sandbox.salesorders.write import order_address
from sandbox.state import Sandbox


def add_lines(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """202 with the order's address; the lines get the next ids."""
    check_version(sandbox, call, order, declared=False)
    body, look = _read(sandbox, call, order, NEW_LINES, keep_nulls=False)
    if not body.get("lines"):
        look.problems.add(codes.EMPTY if "lines" in body else codes.NULL, "lines")
    lines = LineChanges(look, order, sandbox.switches)
    lines.add(body.get("lines") or [], "lines")
    answer = _apply(sandbox, call, order, look, lines)
    answer.headers.append(("Location", order_address(sandbox, order)))
    return answer


def change_lines(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """202; lines are named by ``lineId``, and ``completed`` stands alone on its line."""
    check_version(sandbox, call, order, declared=True)
    body, look = _read(sandbox, call, order, LINE_CHANGES, keep_nulls=True)
    if not body.get("lines") and sandbox.switches.empty_line_patch == "refused":
        raise Refused(plain_problem("lines", "There are no lines set to patch"))
    lines = LineChanges(look, order, sandbox.switches)
    reopens = bool(body.get("updateCompleted")) and (sandbox.switches.update_completed == "reopens")
    lines.change(body.get("lines") or [], "lines", update_completed=reopens)
    return _apply(sandbox, call, order, look, lines)


def delete_lines(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """202; ``ids`` are line ids with commas between, or the parameter several times."""
    check_version(sandbox, call, order, declared=False)
    look = _look(sandbox, call, order)
    ids = _ids(call, look.problems)
    look.problems.refuse()
    lines = LineChanges(look, order, sandbox.switches)
    lines.remove(ids, "ids")
    return _apply(sandbox, call, order, look, lines)


def _apply(sandbox: Sandbox, call: Call, order: Order, look: Look, lines: LineChanges) -> Response:
    look.problems.refuse()
    check_changeable(order, sandbox.switches)
    lines.apply()
    return changed(sandbox, call, order)


def _read(
    sandbox: Sandbox, call: Call, order: Order, shape: Shape, *, keep_nulls: bool
) -> tuple[dict[str, Any], Look]:
    """The body, and what its rules look at. Raises Refused when its shape is wrong."""
    look = _look(sandbox, call, order)
    reader = Reader(look.problems, sandbox.switches, keep_nulls=keep_nulls)
    body = reader.read(read_json(call), shape)
    look.problems.refuse()
    return body, look


def _look(sandbox: Sandbox, call: Call, order: Order) -> Look:
    return Look(
        company=call.company,
        switches=sandbox.switches,
        problems=Problems(),
        order_type=call.company.order_types[order.type],
        body=merged_order(order, {}, clears=False),
        customer=call.company.customers.get(order.customer_id),
        branch=order.branch,
    )


def _ids(call: Call, problems: Problems) -> list[int]:
    pairs = parse_qsl(call.request.query_string, keep_blank_values=True)
    texts = [
        one.strip()
        for name, value in pairs
        if name.lower() == "ids"
        for one in value.split(",")
        if one.strip()
    ]
    if not texts:
        problems.add(codes.NULL, "ids")
    elif len(texts) > MOST_REMOVED:
        problems.add(codes.RANGE, "ids")
    elif not all(one.isascii() and one.isdigit() and len(one) < 10 for one in texts):
        problems.add(codes.VALUE, "ids")
    else:
        return [int(one) for one in texts]
    return []
