"""PATCH and DELETE of an order."""

from __future__ import annotations

from typing import Any

from sandbox.guard import Call
from sandbox.http import Response
from sandbox.salesorders import codes
from sandbox.salesorders.building import build_order
from sandbox.salesorders.concurrency import check_version, etag_header
from sandbox.salesorders.creation import tell
from sandbox.salesorders.finding import OrderEndpoint
from sandbox.salesorders.lines import LineChanges
from sandbox.salesorders.look import Look
from sandbox.salesorders.merging import merged_order
from sandbox.salesorders.problems import Problems, Refused
from sandbox.salesorders.reading import Reader, read_json
from sandbox.salesorders.shapes_order import ORDER_AND_LINES_CHANGE, ORDER_CHANGE
from sandbox.salesorders.states import (
    check_changeable,
    check_deletable,
    check_next,
    known_status,
)
from sandbox.salesorders.store import Order
from sandbox.salesorders.validation import HEAD_RULES, join_emails
from sandbox.state import Sandbox
from sandbox.webhooks.events import DELETED, UPDATED

# What an order has anew when its head is made again.
RESOLVED = (
    "customer_id",
    "customer_name",
    "customer_order",
    "ref_no",
    "date",
    "currency",
    "branch",
    "given",
    "location_id",
    "terms_id",
    "tax_zone_id",
    "freight_tax_percent",
    "shipping_address",
    "shipping_contact",
    "billing_address",
    "billing_contact",
)
OF_LINES = ("orderLines", "newOrderLines", "removeLines")


def refusable(endpoint: OrderEndpoint) -> OrderEndpoint:
    """Answers with the refusal that the endpoint raises."""

    def answered(sandbox: Sandbox, call: Call, order: Order) -> Response:
        try:
            return endpoint(sandbox, call, order)
        except Refused as refusal:
            return refusal.response

    return answered


def change_order(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """202 without a body; the new version is in ETag. Status goes alone."""
    check_version(sandbox, call, order, declared=True)
    switches, problems = sandbox.switches, Problems()
    shape = ORDER_AND_LINES_CHANGE if switches.combined_patch == "taken" else ORDER_CHANGE
    change = Reader(problems, switches, keep_nulls=True).read(read_json(call), shape)
    problems.refuse()
    join_emails(change, switches)
    if change.get("status"):
        _change_status(sandbox, order, change)
    else:
        check_changeable(order, switches)
        change_head(sandbox, call, order, change)
    return changed(sandbox, call, order)


def delete_order(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """202, and the order is gone. A quote it was made of is open again."""
    check_version(sandbox, call, order, declared=False)
    problems = Problems()
    if any(line.shipped for line in order.lines):
        problems.add(codes.SHIPPED_ORDER, "orderLines")
    problems.refuse()
    check_deletable(order, sandbox.switches)
    book = sandbox.orders.of(call.company.tenant_id)
    book.remove(order)
    original = book.orders.get(
        (order.given.get("originalOrderType") or "", order.given.get("originalOrderId") or "")
    )
    if original is not None and original.status == "Completed":
        original.status = "Open"
        touch(sandbox, original)
    note_change(sandbox, call, order)
    tell(sandbox, call.company, DELETED, order)
    return Response(202)


def changed(sandbox: Sandbox, call: Call, order: Order) -> Response:
    """The order has a new version and moment, subscribers hear of it."""
    touch(sandbox, order)
    note_change(sandbox, call, order)
    tell(sandbox, call.company, UPDATED, order)
    return Response(202, b"", etag_header(order, sandbox.switches))


def note_change(sandbox: Sandbox, call: Call, order: Order) -> None:
    """Let the ledger tell that the change was committed, whatever will be answered."""
    call.request.entry.changed = order.name
    call.request.entry.changed_at = sandbox.clock.seconds()


def touch(sandbox: Sandbox, order: Order) -> None:
    order.version_number += 1
    order.modified_at = sandbox.clock.now()


def _change_status(sandbox: Sandbox, order: Order, change: dict[str, Any]) -> None:
    problems = Problems()
    status = known_status(change["status"])
    if status is None:
        problems.add(codes.VALUE, "status")
    for name in change:
        if name != "status":
            problems.add(codes.NOT_ALLOWED, name)
    problems.refuse()
    if status is not None:
        check_next(order, status, sandbox.switches)
        order.status = status


def change_head(sandbox: Sandbox, call: Call, order: Order, change: dict[str, Any]) -> None:
    """All of it, or nothing when one value is refused."""
    company, switches = call.company, sandbox.switches
    head = {name: value for name, value in change.items() if name not in OF_LINES}
    clears = switches.patched_null == "clears"
    body = merged_order(order, head, clears=clears)
    look = Look(
        company=company,
        switches=switches,
        problems=Problems(),
        order_type=company.order_types[order.type],
        body=body,
        customer=company.customers.get(body["customer"].get("id") or order.customer_id),
        branch=body.get("branchId") or order.branch,
        orders=sandbox.orders.of(company.tenant_id).orders,
    )
    for members, rule in HEAD_RULES:
        if not members.isdisjoint(head):
            rule(look)
    lines = LineChanges(look, order, switches)
    lines.remove(change.get("removeLines") or [], "removeLines")
    lines.change(change.get("orderLines") or [], "orderLines")
    lines.add(change.get("newOrderLines") or [], "newOrderLines")
    look.problems.refuse()
    customer = look.customer or company.add_customer(body["customer"]["id"], body["customer"]["id"])
    fresh = build_order(
        body, company, customer, branch=look.branch, switches=switches, now=sandbox.clock.now()
    )
    for name in RESOLVED:
        setattr(order, name, getattr(fresh, name))
    for line in order.lines:
        line.tax_percent = company.tax_percent_in(order.tax_zone_id, line.tax_category_id)
    lines.apply()
