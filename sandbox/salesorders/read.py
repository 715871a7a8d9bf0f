"""GET one order and GET lists of orders."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from sandbox.clock import iso
from sandbox.guard import Call
from sandbox.http import Response, json_response, problem
from sandbox.paging import BadPaging, Page, read_page
from sandbox.salesorders.listing import BadListing, matching_orders
from sandbox.salesorders.store import Line, Order
from sandbox.state import Sandbox

EXPANSIONS = frozenset(
    {
        "none",
        "billing",
        "payment",
        "financialinformation",
        "shipping",
        "customer",
        "owner",
        "origin",
        "note",
        "freight",
        "attachments",
        "customfields",
        "lines",
        "all",
    }
)
EXPANDED_PAGE = 100


def show_order(sandbox: Sandbox, call: Call) -> Response:
    """Without ``expand=Customer`` the order does not say whose it is, nor its reference."""
    parameters = call.request.parameters
    key = (parameters["type"], parameters["order_id"])
    order = sandbox.orders.of(call.company.tenant_id).orders.get(key)
    if order is None:
        return problem(404, "Document could not be found", instance=call.request.path)
    expand = _expansions(call.request.query)
    if expand is None:
        return problem(400, "The value of expand is not known.")
    return json_response(describe_order(order, expand), headers=[("ETag", f'"{order.version}"')])


def list_orders(sandbox: Sandbox, call: Call) -> Response:
    query = call.request.query
    expand = _expansions(query)
    if expand is None:
        return problem(400, "The value of expand is not known.")
    largest = sandbox.switches.max_page_size if not expand else EXPANDED_PAGE
    try:
        page = read_page(query, default_size=100, largest=sandbox.switches.max_page_size)
        rows = matching_orders(sandbox, call, query)
    except (BadPaging, BadListing) as error:
        return problem(400, str(error))
    page = Page(page.index, min(page.size, largest))
    return json_response(
        {
            "value": [_row(order, expand) for order in page.cut(rows)],
            "nextPage": _next_page(sandbox, call, query, page, len(rows)),
            "totalCount": len(rows),
        }
    )


def _next_page(
    sandbox: Sandbox, call: Call, query: dict[str, str], page: Page, total: int
) -> str | None:
    if not page.has_next(total):
        return None
    following = {name: value for name, value in query.items() if name.lower() != "pageindex"}
    following["pageIndex"] = str(page.index + 1)
    return sandbox.url(f"{call.request.path}?{urlencode(following)}")


def _expansions(query: dict[str, str]) -> set[str] | None:
    """The sections asked for, in lower case; None when one is not known."""
    given = next((value for name, value in query.items() if name.lower() == "expand"), "")
    wanted = {part.strip().lower() for part in given.split(",") if part.strip()}
    if not wanted <= EXPANSIONS:
        return None
    return set(EXPANSIONS) if "all" in wanted else wanted - {"none"}


def _row(order: Order, expand: set[str]) -> dict[str, Any]:
    """SalesOrderListDto: here ``status`` is a string."""
    row: dict[str, Any] = {
        "_links": {"self": {"href": f"/api/v3/SalesOrders/{order.name}"}},
        "type": order.type,
        "orderId": order.order_id,
        "status": order.status,
        "date": iso(order.date),
        "shippingScheduledDate": iso(order.date),
        "customerId": order.customer_id,
        "customerName": order.customer_name,
        "orderQty": order.quantity,
        "orderTotal": order.total,
        "taxTotal": order.tax,
        "currency": order.currency,
        "location": "MAIN",
        "requestOn": iso(order.date),
        "customerOrder": order.customer_order,
        "customerRefNo": order.ref_no,
        "description": order.given.get("description"),
        "lastModified": iso(order.modified_at),
    }
    if "lines" in expand:
        row["orderLines"] = [_line(line) for line in order.lines]
    return row


def describe_order(order: Order, expand: set[str]) -> dict[str, Any]:
    """SalesOrderDto: here ``status`` is an object."""
    content: dict[str, Any] = {
        "type": order.type,
        "orderId": order.order_id,
        "branch": {"id": order.branch, "description": None},
        "description": order.given.get("description"),
        "date": iso(order.date),
        "cancelBy": order.given.get("cancelBy"),
        "lastModified": iso(order.modified_at),
        "requestOn": order.given.get("requestOn") or iso(order.date),
        "isRotRutDeductible": bool(order.given.get("isRotRutDeductible")),
        "orderQty": order.quantity,
        "currencyId": order.currency,
        "useReplacementCostForMarginAndProfit": None,
        "createdBy": None,
        "project": None,
        "print": order.given.get("print"),
        "status": {
            "description": order.status,
            "cancelled": order.status == "Cancelled",
            "hold": order.status == "Hold",
        },
        "totals": _totals(order),
        "originalOrderType": order.given.get("originalOrderType"),
        "originalOrderId": order.given.get("originalOrderId"),
        "salesPerson": None,
        "version": order.version,
        "emailed": False,
    }
    return content | {
        name: section
        for name, section in _sections(order).items()
        if _EXPANDED_BY.get(name, name.lower()) in expand
    }


_EXPANDED_BY = {"paymentSettings": "payment", "orderLines": "lines"}


def _sections(order: Order) -> dict[str, Any]:
    given = order.given
    return {
        "billing": given.get("billing"),
        "paymentSettings": given.get("paymentSettings"),
        "financialInformation": given.get("financialInformation"),
        "shipping": given.get("shipping"),
        "customer": {
            "internalId": 0,
            "id": order.customer_id,
            "name": order.customer_name,
            "taxZone": None,
            "contactId": given["customer"].get("contactId"),
            "order": order.customer_order,
            "refNo": order.ref_no,
            "location": {"id": given["customer"].get("locationId") or "MAIN"},
        },
        "owner": None,
        "origin": None,
        "note": given.get("note"),
        "freight": given.get("freight"),
        "attachments": [],
        "customFields": given.get("customFields"),
        "orderLines": [_line(line) for line in order.lines],
    }


def _totals(order: Order) -> dict[str, Any]:
    return {
        "orderTotal": order.total,
        "orderTotalInBaseCurrency": order.total,
        "taxableTotal": order.net if order.tax_percent else 0,
        "taxExemptTotal": 0 if order.tax_percent else order.net,
        "taxTotal": order.tax,
        "taxTotalInBaseCurrency": order.tax,
        "discountTotal": 0,
        "freightTotal": order.freight,
        "unbilledAmount": order.total,
        "unshippedAmount": order.total,
    }


def _line(line: Line) -> dict[str, Any]:
    """SalesOrderLineDto, as far as the sandbox keeps it."""
    return {
        "lineId": line.line_id,
        "sortOrder": line.given.get("sortOrder") or line.line_id,
        "inventory": {"id": line.inventory_id, "description": None, "baseUnit": line.unit},
        "description": line.description,
        "unitOfMeasure": line.unit,
        "quantity": line.quantity,
        "unitPrice": line.unit_price,
        "hasManualPrice": line.has_manual_price,
        "extendedPrice": line.extended_price,
        "taxCategoryId": line.given.get("taxCategoryId"),
        "warehouseId": line.given.get("warehouseId"),
        "completed": False,
        "note": line.given.get("note"),
    }


def list_lines(sandbox: Sandbox, call: Call) -> Response:
    parameters = call.request.parameters
    key = (parameters["type"], parameters["order_id"])
    order = sandbox.orders.of(call.company.tenant_id).orders.get(key)
    if order is None:
        return problem(404, "Document could not be found", instance=call.request.path)
    query = call.request.query
    try:
        page = read_page(query, default_size=1000, largest=1000)
    except BadPaging as error:
        return problem(400, str(error))
    return json_response(
        {
            "value": [_line(line) for line in page.cut(order.lines)],
            "nextPage": _next_page(sandbox, call, query, page, len(order.lines)),
            "totalCount": len(order.lines),
        }
    )
