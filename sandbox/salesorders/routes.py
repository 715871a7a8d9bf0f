"""The addresses of the Sales Order service."""

from __future__ import annotations

from sandbox.guard import CompanyEndpoint, guarded
from sandbox.salesorders import customers, read, write
from sandbox.state import Endpoint, Route

ORDERS = "/api/v3/SalesOrders"
TYPE = rf"{ORDERS}/(?P<type>[^/]+)"
ORDER = rf"{TYPE}/(?P<order_id>[^/]+)"
CUSTOMERS = "/api/v3/Customers"
LOCATIONS = rf"{CUSTOMERS}/(?P<customer_id>[^/]+)/locations"


def reads(endpoint: CompanyEndpoint) -> Endpoint:
    return guarded(endpoint, "visma.net.erp.salesorder:read", service="v3")


def writes(endpoint: CompanyEndpoint) -> Endpoint:
    return guarded(endpoint, "visma.net.erp.salesorder:write", service="v3")


ROUTES = [
    Route("salesorders.post", "POST", ORDERS, writes(write.create_order)),
    Route("salesorders.list", "GET", ORDERS, reads(read.list_orders)),
    Route("salesorders.get", "GET", ORDER, reads(read.show_order)),
    Route("salesorders.list", "GET", TYPE, reads(read.list_orders)),
    Route("salesorders.lines", "GET", rf"{ORDER}/lines", reads(read.list_lines)),
    Route("customers.list", "GET", CUSTOMERS, reads(customers.list_customers)),
    Route("customers.locations", "GET", LOCATIONS, reads(customers.list_locations)),
]
