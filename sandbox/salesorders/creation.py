"""Putting a new order into a company's books."""

from __future__ import annotations

from typing import Any

from sandbox.http import Response, problem
from sandbox.salesorders import codes
from sandbox.salesorders.building import build_lines, build_order, sort_lines
from sandbox.salesorders.problems import Problems, Refused
from sandbox.salesorders.store import Order
from sandbox.salesorders.validation import check_order, read_new_order
from sandbox.state import Sandbox
from sandbox.webhooks.events import CREATED, publish
from sandbox.world.companies import Company

__all__ = ["Refused", "place_order", "tell"]


def place_order(
    sandbox: Sandbox, company: Company, client_id: str, body: Any, branch_header: str = ""
) -> Order:
    """Check a NewSalesOrderCommand and keep it as an order. Raises Refused.

    Nothing tells a repeated body from a new one: each call makes an order.
    """
    switches = sandbox.switches
    kept = read_new_order(body, switches)
    orders = sandbox.orders.of(company.tenant_id).orders
    look, status, items = check_order(kept, company, switches, branch_header, orders)
    customer = look.customer or company.add_customer(kept["customer"]["id"], kept["customer"]["id"])
    now = sandbox.clock.now()
    order = build_order(kept, company, customer, branch=look.branch, switches=switches, now=now)
    order.status, order.client_id = status, client_id
    order.order_id = _order_id(sandbox, company, kept)
    _keep(sandbox, company, order)
    order.lines = build_lines(kept.get("orderLines") or [], items, order, company, switches)
    sort_lines(order)
    tell(sandbox, company, CREATED, order)
    return order


def tell(sandbox: Sandbox, company: Company, event: str, order: Order) -> None:
    """Let subscribers know of the order."""
    if sandbox.webhooks.subscriptions:
        members = {"type": order.type, "orderId": order.order_id, "status": order.status}
        publish(sandbox, event, company.tenant_id, members)


def _order_id(sandbox: Sandbox, company: Company, body: dict[str, Any]) -> str:
    manual = company.order_types[body["type"]].manual_numbering
    if body.get("orderId") and (manual or body.get("overrideNumberSeries")):
        return str(body["orderId"])
    return sandbox.orders.of(company.tenant_id).next_number(body["type"])


def _keep(sandbox: Sandbox, company: Company, order: Order) -> None:
    """Raises Refused when the number is taken."""
    book = sandbox.orders.of(company.tenant_id)
    was_used = order.key in book.deleted and sandbox.switches.deleted_order_id == "taken"
    if was_used or order.key in book.orders:
        raise Refused(_number_taken(sandbox, order))
    book.add(order)


def _number_taken(sandbox: Sandbox, order: Order) -> Response:
    match sandbox.switches.duplicate_order_id:
        case "0003" | "0005" as code:
            problems = Problems()
            problems.add(codes.VALUE if code == "0003" else codes.STATE, "orderId")
            return problems.response()
        case _:
            return problem(409, f"The document {order.name} already exists.")
