"""Lists of orders in the older form, and one order by its number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.erp.answers import single
from sandbox.erp.errors import erp_error
from sandbox.erp.listing import BadFilter, given_filters, moment_test, paged
from sandbox.erp.orders.reading import describe_basic, describe_order
from sandbox.guard import Call, CompanyEndpoint
from sandbox.http import Response
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox
from sandbox.world.companies import Company

Describe = Callable[[Sandbox, Company, Order], dict[str, Any]]
FIRST_TYPE = "SO"


def listing(describe: Describe) -> CompanyEndpoint:
    def list_orders(sandbox: Sandbox, call: Call) -> Response:
        """``orderBy``, ``numberToRead`` and ``skipRecords`` do nothing; nor do unknown names."""
        given = given_filters(call.request.query)
        try:
            tests = _tests(sandbox, call, given)
        except BadFilter as error:
            return erp_error(sandbox, 400, str(error))
        orders = sandbox.orders.of(call.company.tenant_id).orders.values()
        hidden = sandbox.faults.hidden(call.company.tenant_id, sandbox.clock.seconds())
        found = [
            order
            for order in orders
            if order.name not in hidden and all(test(order) for test in tests)
        ]
        return paged(sandbox, given, found, lambda order: describe(sandbox, call.company, order))

    return list_orders


def showing(describe: Describe) -> CompanyEndpoint:
    def show_order(sandbox: Sandbox, call: Call) -> Response:
        order = find_order(sandbox, call)
        if order is None:
            return order_not_found(sandbox)
        return single(sandbox, describe(sandbox, call.company, order), order.version)

    return show_order


def find_order(sandbox: Sandbox, call: Call) -> Order | None:
    """By the type and number of the path. Without a type a sales order comes first."""
    orders = sandbox.orders.of(call.company.tenant_id).orders
    number = call.request.parameters["order_number"]
    order_type = call.request.parameters.get("order_type")
    if order_type is not None:
        return orders.get((order_type.upper(), number))
    found = orders.get((FIRST_TYPE, number))
    return found or next((one for one in orders.values() if one.order_id == number), None)


def order_not_found(sandbox: Sandbox) -> Response:
    return erp_error(sandbox, 404, "Sales order not found")


list_full, list_basic = listing(describe_order), listing(describe_basic)
show_full, show_basic = showing(describe_order), showing(describe_basic)


def _tests(sandbox: Sandbox, call: Call, given: dict[str, str]) -> list[Callable[[Order], bool]]:
    tests: list[Callable[[Order], bool]] = []
    if order_type := given.get("ordertype", "").upper():
        tests.append(lambda order: order.type == order_type)
    if status := given.get("status", "").lower():
        tests.append(lambda order: order.status.lower() == status)
    if after := given.get("greaterthanvalue"):
        tests.append(lambda order: order.order_id > after)
    if customer_cd := call.request.parameters.get("customer_cd"):
        tests.append(lambda order: order.customer_id == customer_cd)
    moment = moment_test(sandbox, given, "lastmodifieddatetime")
    if moment is not None:
        tests.append(lambda order: moment(order.modified_at))
    if sandbox.switches.list_lag:
        visible = sandbox.clock.now() - timedelta(seconds=sandbox.switches.list_lag)
        tests.append(lambda order: order.created_at <= visible)
    return tests
