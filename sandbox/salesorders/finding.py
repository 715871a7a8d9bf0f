"""From the address of an order to the order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sandbox.guard import Call, CompanyEndpoint
from sandbox.http import Response, problem
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox
from sandbox.world.companies import Company

OrderEndpoint = Callable[[Sandbox, Call, Order], Response]


def known_type(company: Company, asked: str) -> str:
    """The id of an order type as the company writes it, whatever its letter case in a path."""
    if asked in company.order_types:
        return asked
    folded = asked.lower()
    return next((one for one in company.order_types if one.lower() == folded), asked)


def find_order(sandbox: Sandbox, call: Call) -> Order | None:
    """The order that the path names; None when there is none, or not yet (``read_lag``)."""
    parameters = call.request.parameters
    key = (known_type(call.company, parameters["type"]), parameters["order_id"])
    order = sandbox.orders.of(call.company.tenant_id).orders.get(key)
    if order is None or not sandbox.switches.read_lag:
        return order
    visible = sandbox.clock.now() - timedelta(seconds=sandbox.switches.read_lag)
    return order if order.created_at <= visible else None


def not_found(call: Call) -> Response:
    return problem(404, "Document could not be found", instance=call.request.path)


def of_order(endpoint: OrderEndpoint) -> CompanyEndpoint:
    """An endpoint that gets the order of its path; without one the answer is 404."""

    def found(sandbox: Sandbox, call: Call) -> Response:
        order = find_order(sandbox, call)
        return not_found(call) if order is None else endpoint(sandbox, call, order)

    return found
