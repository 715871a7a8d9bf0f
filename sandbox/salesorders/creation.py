"""Putting a new order into a company's books."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.http import Response, problem
from sandbox.salesorders import codes, shapes
from sandbox.salesorders.problems import Problems
from sandbox.salesorders.store import Line, NumberTaken, Order
from sandbox.salesorders.validation import check_order, find_customer
from sandbox.state import Sandbox
from sandbox.world.companies import Company
from sandbox.world.records import Customer


class Refused(Exception):
    """The order is not taken; ``response`` is V3's answer that says why."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def place_order(sandbox: Sandbox, company: Company, client_id: str, body: Any) -> Order:
    """Check a NewSalesOrderCommand and keep it as an order. Raises Refused.

    Nothing tells a repeated body from a new one: each call makes an order.
    """
    problems = check_order(body, company, sandbox.switches)
    if problems:
        raise Refused(problems.response())
    order = _new_order(sandbox, company, client_id, body)
    try:
        sandbox.orders.of(company.tenant_id).add(order)
    except NumberTaken:
        raise Refused(_number_taken(sandbox, order)) from None
    return order


def _number_taken(sandbox: Sandbox, order: Order) -> Response:
    match sandbox.switches.duplicate_order_id:
        case "0003" | "0005" as code:
            problems = Problems()
            problems.add(codes.VALUE if code == "0003" else codes.STATE, "orderId")
            return problems.response()
        case _:
            return problem(409, f"The document {order.name} already exists.")


def _new_order(sandbox: Sandbox, company: Company, client_id: str, body: dict[str, Any]) -> Order:
    given = body["customer"]
    now = sandbox.clock.now()
    customer = find_customer(given, company) or company.add_customer(given["id"], given["id"])
    order_type = company.order_types[body["type"]]
    return Order(
        type=order_type.id,
        order_id=_order_id(sandbox, company, body),
        customer_id=customer.id,
        customer_name=customer.name,
        customer_order=given.get("order"),
        ref_no=given.get("refNo"),
        status=(body.get("status") or order_type.first_status).capitalize(),
        date=_moment(body.get("date"), now),
        currency=_currency(body, company, customer),
        branch=body.get("branchId") or min(company.branches),
        lines=_lines(sandbox, company, body.get("orderLines") or []),
        tax_percent=company.tax_percent,
        created_at=now,
        modified_at=now,
        client_id=client_id,
        given=body,
    )


def _order_id(sandbox: Sandbox, company: Company, body: dict[str, Any]) -> str:
    manual = company.order_types[body["type"]].manual_numbering
    if body.get("orderId") and (manual or body.get("overrideNumberSeries")):
        return str(body["orderId"])
    return sandbox.orders.of(company.tenant_id).next_number(body["type"])


def _currency(body: dict[str, Any], company: Company, customer: Customer) -> str:
    return body.get("currencyId") or customer.currency_id or company.currency


def _lines(sandbox: Sandbox, company: Company, given: list[dict[str, Any]]) -> list[Line]:
    lines = []
    for number, line in enumerate(given, start=1):
        item = company.items.get(line["inventoryId"])
        if item is None:
            description = line.get("description") or line["inventoryId"]
            item = company.add_item(line["inventoryId"], description)
        keeps_price = _keeps_price(sandbox, line)
        lines.append(
            Line(
                line_id=number,
                inventory_id=item.id,
                description=line.get("description") or item.description,
                quantity=Decimal(line.get("quantity", 0)),
                unit_price=Decimal(line["unitPrice"]) if keeps_price else item.price,
                has_manual_price=keeps_price,
                unit=line.get("unitOfMeasure") or item.unit,
                given=line,
            )
        )
    return lines


def _keeps_price(sandbox: Sandbox, line: dict[str, Any]) -> bool:
    """A given price with ``hasManualPrice: false`` is thrown away."""
    if line.get("unitPrice") is None:
        return False
    flag = line.get("hasManualPrice")
    return sandbox.switches.price_without_flag == "kept" if flag is None else bool(flag)


def _moment(value: str | None, default: datetime) -> datetime:
    return (shapes.read_moment(value) if value else None) or default
