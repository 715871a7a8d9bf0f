"""SalesOrderListDto: one row of a list."""

from __future__ import annotations

from sandbox.clock import iso
from sandbox.salesorders import details
from sandbox.salesorders.parts import Json, moment, part
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox
from sandbox.world.companies import Company


def describe_row(sandbox: Sandbox, company: Company, order: Order, expand: set[str]) -> Json:
    """Here ``status`` is a string. With ``expand`` a row also carries parts of the order."""
    scheduled = moment(part(order.given, "shipping"), "scheduledDate")
    row: Json = {
        "_links": details.order_link(sandbox, order.name),
        "type": order.type,
        "orderId": order.order_id,
        "status": order.status,
        "date": iso(order.date),
        "shippingScheduledDate": scheduled or iso(order.date),
        "customerId": order.customer_id,
        "customerName": order.customer_name,
        "orderQty": order.quantity,
        "orderTotal": order.total,
        "taxTotal": order.tax,
        "currency": order.currency,
        "location": order.location_id,
        "requestOn": iso(order.requested_at),
        "customerOrder": order.customer_order,
        "customerRefNo": order.ref_no,
        "description": order.given.get("description"),
        "lastModified": iso(order.modified_at),
    }
    if expand:
        whole = details.describe_order(sandbox, company, order, expand)
        row = {"statusDetails": whole["status"]} | whole | row
    return row
