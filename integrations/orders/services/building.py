"""The one JSON text of an order, made for the route it goes over."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from integrations.orders.services.erp_payloads import new_erp_order
from integrations.orders.services.payloads import Defaults, as_text, new_sales_order

_BUILDERS: dict[str, Callable[..., dict[str, Any]]] = {
    "salesorder-v3": new_sales_order,
    "erp-v1": new_erp_order,
}


def built(
    route: str,
    content: Mapping[str, Any],
    *,
    reference: str,
    defaults: Defaults,
    own_number: str = "",
) -> str:
    """What is stored and sent for a checked order. ``own_number``: "" leaves it to the company."""
    order = _BUILDERS[route](content, reference=reference, defaults=defaults, own_number=own_number)
    return as_text(order)


def type_in(route: str, payload: str) -> str:
    """The order type that a payload built for the route names."""
    order = json.loads(payload)
    return str(order["orderType"]["value"] if route == "erp-v1" else order["type"])
