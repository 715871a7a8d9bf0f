from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.orders.services.building import built, type_in
from integrations.orders.services.payloads import Defaults

CONTENT: dict[str, Any] = {
    "reference": "1001",
    "buyer": "17850",
    "date": "2026-11-20",
    "lines": [
        {"item": "85123A", "description": "WHITE HEART", "quantity": "6", "unit_price": "2.55"},
        {"item": "POST", "quantity": "1.5"},
    ],
}
NUMBERED = {
    "salesorder-v3": {"orderId": "NH000001", "overrideNumberSeries": True},
    "erp-v1": {"orderNumber": {"value": "NH000001"}, "overrideNumberSeries": {"value": True}},
}


def order(route: str, *, defaults: Defaults | None = None, number: str = "", **more: str) -> Any:
    return json.loads(
        built(
            route, CONTENT | more, reference="WEB-1001", defaults=defaults or Defaults(),
            own_number=number,
        )
    )  # fmt: skip


def test_says_an_order_in_the_words_of_the_erp_api() -> None:
    assert order("erp-v1") == {
        "orderType": {"value": "SO"},
        "date": {"value": "2026-11-20T12:00:00"},
        "customer": {"value": "17850"},
        "customerOrder": {"value": "WEB-1001"},
        "customerRefNo": {"value": "WEB-1001"},
        "lines": [
            {
                "operation": "Insert",
                "inventoryNumber": {"value": "85123A"},
                "lineDescription": {"value": "WHITE HEART"},
                "quantity": {"value": 6},
                "unitPrice": {"value": 2.55},
            },
            {
                "operation": "Insert",
                "inventoryNumber": {"value": "POST"},
                "quantity": {"value": 1.5},
            },
        ],
    }


def test_fills_in_what_the_order_leaves_to_the_connection() -> None:
    defaults = Defaults("EO", "2", "25", "Hold")

    found = order("erp-v1", defaults=defaults, currency="NOK", description="Two")

    assert (found["orderType"], found["branchNumber"]) == ({"value": "EO"}, {"value": "2"})
    assert (found["currency"], found["description"]) == ({"value": "NOK"}, {"value": "Two"})
    assert found["hold"] == {"value": True}
    assert [line["taxCategory"] for line in found["lines"]] == [{"value": "25"}] * 2
    assert order("erp-v1", defaults=Defaults(first_status="Open"))["hold"] == {"value": False}


@pytest.mark.parametrize("route", NUMBERED)
def test_brings_a_number_of_ours_and_only_when_it_has_one(route: str) -> None:
    without, found = order(route), order(route, number="NH000001")

    assert found == without | NUMBERED[route]


@pytest.mark.parametrize("route", NUMBERED)
def test_tells_the_type_of_a_payload(route: str) -> None:
    text = built(route, CONTENT | {"type": "EO"}, reference="1", defaults=Defaults())

    assert type_in(route, text) == "EO"
