"""A PUT in the older form as the changes of version 3 that mean the same."""

from __future__ import annotations

from typing import Any

from sandbox.erp.orders.translation import line_parts, order_parts
from sandbox.erp.orders.wrapping import Unreadable
from sandbox.guard import Call
from sandbox.salesorders.change import change_head, changed
from sandbox.salesorders.problems import Problems
from sandbox.salesorders.reading import Reader
from sandbox.salesorders.shapes_order import ORDER_AND_LINES_CHANGE
from sandbox.salesorders.states import check_changeable, check_next
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox

# What the path says, and what an order keeps once it has a number.
FIXED = ("type", "orderId", "overrideNumberSeries", "status")


def change_order(
    sandbox: Sandbox,
    call: Call,
    order: Order,
    header: dict[str, Any],
    lines: list[tuple[str, dict[str, Any]]],
) -> None:
    """All of it, or nothing. Raises Refused, or Unreadable for a line without its number."""
    switches, problems = sandbox.switches, Problems()
    status = _next_status(order, header)
    check_next(order, status, switches)
    head = {name: part for name, part in order_parts(header).items() if name not in FIXED}
    wanted = Reader(problems, switches, keep_nulls=True).read(
        head | _line_changes(lines), ORDER_AND_LINES_CHANGE
    )
    problems.refuse()
    if wanted:
        check_changeable(order, switches)
        change_head(sandbox, call, order, wanted)
    order.status = status
    changed(sandbox, call, order)


def _next_status(order: Order, header: dict[str, Any]) -> str:
    if header.get("canceled"):
        return "Cancelled"
    if header.get("hold") is True:
        return "Hold"
    return "Open" if header.get("hold") is False and order.status == "Hold" else order.status


def _line_changes(lines: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {"orderLines": [], "newOrderLines": [], "removeLines": []}
    for number, (operation, members) in enumerate(lines):
        if operation == "Insert":
            found["newOrderLines"].append(line_parts(members))
            continue
        line_id = members.get("lineNbr")
        if line_id is None:
            raise Unreadable(f"lines[{number}].lineNbr is required to {operation.lower()} a line.")
        if operation == "Delete":
            found["removeLines"].append(line_id)
        else:
            found["orderLines"].append({**line_parts(members), "lineId": line_id})
    return {name: changes for name, changes in found.items() if changes}
