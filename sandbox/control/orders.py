"""Moves an order on, as people in the ERP do who ship and invoice it."""

from __future__ import annotations

from typing import Any

from sandbox.control.answers import Refused, read_object
from sandbox.control.views import describe_order
from sandbox.http import Request
from sandbox.salesorders.creation import tell
from sandbox.salesorders.states import EVERY_STATUS
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox
from sandbox.webhooks.events import UPDATED
from sandbox.world.companies import Company

SHIPPED_IN = frozenset({"Shipping", "Completed", "Invoiced"})


def push_order(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """``tenant_id``, ``type``, ``order_id``, ``status``; no rule is asked.

    ``shipped`` lists the ids of lines that went out; without it all did, where the status
    says that goods are on their way.
    """
    given = read_object(request)
    company, order = _order(sandbox, given)
    status = given.get("status", order.status)
    if status not in EVERY_STATUS:
        raise Refused(f"Statuses are {', '.join(EVERY_STATUS)}")
    everything = [line.line_id for line in order.lines] if status in SHIPPED_IN else []
    shipped = given.get("shipped", everything)
    if not isinstance(shipped, list):
        raise Refused("'shipped' is a list of line ids")
    for line in order.lines:
        if line.line_id in shipped:
            line.shipped = line.quantity
    order.status = status
    order.version_number += 1
    order.modified_at = sandbox.clock.now()
    tell(sandbox, company, UPDATED, order)
    return describe_order(company.tenant_id, order)


def _order(sandbox: Sandbox, given: dict[str, Any]) -> tuple[Company, Order]:
    company = sandbox.world.companies.get(str(given.get("tenant_id")))
    if company is None:
        raise Refused("No company has this tenant_id.", 404)
    key = (str(given.get("type", "SO")), str(given.get("order_id")))
    order = sandbox.orders.of(company.tenant_id).orders.get(key)
    if order is None:
        raise Refused("The company has no such order.", 404)
    return company, order
