"""What the sandbox holds, for tests to compare with."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sandbox.clock import iso
from sandbox.control.records import describe_application, describe_company
from sandbox.control.witness import books
from sandbox.http import Request
from sandbox.salesorders.store import Order
from sandbox.state import Sandbox


def show_world(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    world = sandbox.world
    return {
        "public_url": sandbox.settings.public_url,
        "contracts": [asdict(contract) for contract in world.contracts.values()],
        "companies": [describe_company(company) for company in world.companies.values()],
        "users": [asdict(user) | {"name": user.name} for user in world.users.values()],
        "applications": [
            describe_application(application) for application in world.applications.values()
        ],
        "invitation_codes": [asdict(code) for code in world.invitation_codes.values()],
        "approvals": [
            {"client_id": client_id, "tenant_id": tenant_id, "scopes": sorted(scopes)}
            for (client_id, tenant_id), scopes in world.approvals.items()
        ],
    }


def list_orders(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """All orders, or those of a ``tenant_id``, a ``reference``, a ``type``, an ``order_id``."""
    query = request.query
    found = [
        describe_order(tenant_id, order)
        for tenant_id, book in books(sandbox, query.get("tenant_id"))
        for order in book.orders.values()
        if query.get("reference") in {None, order.ref_no, order.customer_order}
        and query.get("type", order.type) == order.type
        and query.get("order_id", order.order_id) == order.order_id
    ]
    return {"count": len(found), "orders": found}


def describe_order(tenant_id: str, order: Order) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "type": order.type,
        "orderId": order.order_id,
        "customer": {
            "id": order.customer_id,
            "name": order.customer_name,
            "order": order.customer_order,
            "refNo": order.ref_no,
        },
        "date": iso(order.date),
        "status": order.status,
        "currency": order.currency,
        "branch": order.branch,
        "description": order.given.get("description"),
        "lines": [
            {
                "inventoryId": line.inventory_id,
                "description": line.description,
                "quantity": line.quantity,
                "unitPrice": line.unit_price,
                "hasManualPrice": line.has_manual_price,
                "taxCategoryId": line.given.get("taxCategoryId"),
            }
            for line in order.lines
        ],
        "total": order.total,
        "taxTotal": order.tax,
        "createdAt": iso(order.created_at),
        "clientId": order.client_id,
    }
