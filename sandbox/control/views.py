"""What the sandbox holds, for tests to compare with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sandbox.clock import iso
from sandbox.control.answers import Refused
from sandbox.control.records import describe_application, describe_company
from sandbox.http import Request
from sandbox.salesorders.store import Order, OrderBook
from sandbox.state import Sandbox

LEDGER_FILTERS = frozenset(
    {"kind", "method", "tenant_id", "client_id", "reference", "connection", "answered", "fault"}
)


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
        for tenant_id, book in _books(sandbox, query.get("tenant_id"))
        for order in book.orders.values()
        if query.get("reference") in {None, order.ref_no, order.customer_order}
        and query.get("type", order.type) == order.type
        and query.get("order_id", order.order_id) == order.order_id
    ]
    return {"count": len(found), "orders": found}


def list_references(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Which order numbers each reference has; ``duplicates`` are those with more than one."""
    references: dict[str, list[str]] = {}
    duplicates: dict[str, list[str]] = {}
    for _, book in _books(sandbox, request.query.get("tenant_id")):
        for reference, orders in book.by_reference().items():
            numbers = [order.order_id for order in orders]
            references.setdefault(reference, []).extend(numbers)
            if len(orders) > 1:
                duplicates.setdefault(reference, []).extend(numbers)
    return {"references": references, "duplicates": duplicates}


def list_requests(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """The ledger, oldest first. ``after`` skips up to that number; other filters are equal."""
    query = request.query
    after = query.pop("after", "0")
    if not after.isdigit() or not query.keys() <= LEDGER_FILTERS:
        raise Refused(f"Filters are after, {', '.join(sorted(LEDGER_FILTERS))}")
    found = list(sandbox.ledger.matching(query, int(after)))
    return {"count": len(found), "requests": found}


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


def _books(sandbox: Sandbox, tenant_id: str | None) -> Iterable[tuple[str, OrderBook]]:
    if tenant_id is None:
        return list(sandbox.orders)
    return [(tenant_id, sandbox.orders.of(tenant_id))]
