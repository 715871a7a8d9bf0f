"""The addresses of the Sales Order service."""

from __future__ import annotations

from sandbox.guard import CompanyEndpoint, guarded
from sandbox.salesorders import change_lines, customers, extras, inventory, read, write
from sandbox.salesorders.change import change_order, delete_order, refusable
from sandbox.salesorders.finding import OrderEndpoint, of_order
from sandbox.salesorders.wire import as_v3
from sandbox.state import Endpoint, Route

ORDERS = "/api/v3/SalesOrders"
TYPE = rf"{ORDERS}/(?P<type>[^/]+)"
ORDER = rf"{TYPE}/(?P<order_id>[^/]+)"
LINES = rf"{ORDER}/lines"
LINE = rf"{LINES}/(?P<line_id>[^/]+)"
INVENTORY = "/api/v3/Inventory"
CUSTOMERS = "/api/v3/Customers"
LOCATIONS = rf"{CUSTOMERS}/(?P<customer_id>[^/]+)/locations"


def reads(endpoint: CompanyEndpoint) -> Endpoint:
    return guarded(endpoint, "visma.net.erp.salesorder:read", service="v3")


def writes(endpoint: CompanyEndpoint) -> Endpoint:
    return guarded(endpoint, "visma.net.erp.salesorder:write", service="v3")


def changes(endpoint: OrderEndpoint) -> Endpoint:
    return writes(of_order(refusable(endpoint)))


ROUTES_OF_ORDERS = [
    Route("salesorders.post", "POST", ORDERS, writes(write.create_order)),
    Route("salesorders.list", "GET", ORDERS, reads(read.list_orders)),
    Route("salesorders.get", "GET", ORDER, reads(of_order(read.show_order))),
    Route("salesorders.list", "GET", TYPE, reads(read.list_orders)),
    Route("salesorders.lines", "GET", LINES, reads(of_order(read.list_lines))),
    Route("salesorders.line", "GET", LINE, reads(of_order(read.show_line))),
    *(
        Route(f"salesorders.{name}", "GET", f"{ORDER}/{name}", reads(of_order(endpoint)))
        for name, endpoint in (
            ("rotrut", extras.show_rotrut),
            ("commissions", extras.list_commissions),
            ("tax", extras.list_taxes),
            ("shipment", extras.list_shipments),
            ("discounts", extras.list_discounts),
            ("payments", extras.list_payments),
        )
    ),
]
ROUTES_OF_CHANGES = [
    Route("salesorders.patch", "PATCH", ORDER, changes(change_order)),
    Route("salesorders.delete", "DELETE", ORDER, changes(delete_order)),
    Route("salesorders.lines.post", "POST", LINES, changes(change_lines.add_lines)),
    Route("salesorders.lines.patch", "PATCH", LINES, changes(change_lines.change_lines)),
    Route("salesorders.lines.delete", "DELETE", LINES, changes(change_lines.delete_lines)),
]
ROUTES_OF_RECORDS = [
    Route("customers.list", "GET", CUSTOMERS, reads(customers.list_customers)),
    Route("customers.locations", "GET", LOCATIONS, reads(customers.list_locations)),
    Route("inventory.list", "GET", INVENTORY, reads(inventory.list_inventory)),
]
ROUTES = [as_v3(route) for route in (*ROUTES_OF_ORDERS, *ROUTES_OF_CHANGES, *ROUTES_OF_RECORDS)]
