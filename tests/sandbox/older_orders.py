"""Orders as the ERP API's first version takes them: every value in a wrapper."""

from __future__ import annotations

from typing import Any


def wrapped(**members: Any) -> dict[str, Any]:
    return {name: {"value": value} for name, value in members.items()}


def line(item: str = "22622", quantity: int = 2, **more: Any) -> dict[str, Any]:
    return {"operation": "Insert", **wrapped(inventoryNumber=item, quantity=quantity, **more)}


def older_order(reference: str = "WEB-1", **changes: Any) -> dict[str, Any]:
    """``changes`` are put in wrappers, but ``lines`` are not."""
    lines = changes.pop("lines", [line(unitPrice=9.95)])
    members = {
        "orderType": "SO",
        "customer": "10042",
        "customerOrder": reference,
        "customerRefNo": reference,
        **changes,
    }
    return wrapped(**members) | {"lines": lines}
