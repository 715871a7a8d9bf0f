"""POST and PUT of sales orders in the older form. Both raise what ``refusing`` answers."""

from __future__ import annotations

from typing import Any

from sandbox.erp.orders.answers import changed, created, gone, read_body
from sandbox.erp.orders.changing import change_order
from sandbox.erp.orders.finding import find_order, order_not_found
from sandbox.erp.orders.translation import new_order, read_header, read_lines
from sandbox.erp.orders.wrapping import Unreadable
from sandbox.erp.versions import stale
from sandbox.guard import Call
from sandbox.http import Response
from sandbox.salesorders.change import note_change
from sandbox.salesorders.creation import place_order
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox


def create_order(sandbox: Sandbox, call: Call) -> Response:
    """Nothing recognises a repeated body: each call makes an order."""
    if answer := gone(sandbox):
        return answer
    command = _command(sandbox, call, read_body(call))
    note_reference(call, command)
    branch = call.request.headers.get("branchid", "")
    order = place_order(sandbox, call.company, call.token.client_id, command, branch)
    note_commit(sandbox, call, order)
    return created(sandbox, call, order)


def update_order(sandbox: Sandbox, call: Call) -> Response:
    """If-Match is optional; lines say themselves what is done to them."""
    if answer := gone(sandbox):
        return answer
    order = find_order(sandbox, call)
    if order is None:
        return order_not_found(sandbox)
    if answer := stale(sandbox, call.request, order.version):
        return answer
    body = read_body(call)
    change_order(sandbox, call, order, read_header(sandbox, body), read_lines(sandbox, body))
    note_change(sandbox, call, order)
    return changed(order)


def note_reference(call: Call, command: dict[str, Any]) -> None:
    customer = command["customer"]
    call.request.entry.reference = customer.get("refNo") or customer.get("order")


def note_commit(sandbox: Sandbox, call: Call, order: Order) -> None:
    call.request.entry.committed = order.name
    call.request.entry.committed_at = sandbox.clock.seconds()


def _command(sandbox: Sandbox, call: Call, body: Any) -> dict[str, Any]:
    header, lines = read_header(sandbox, body), read_lines(sandbox, body)
    if not header.get("orderType"):
        raise Unreadable("orderType is required.")
    for number, (operation, _) in enumerate(lines):
        if operation != "Insert":
            raise Unreadable(f"lines[{number}].operation must be Insert in a new order.")
    return new_order(call.company, header, [members for _, members in lines])
