from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from integrations.orders.services.payloads import (
    Defaults,
    as_text,
    expected_total,
    new_sales_order,
    wire_reference,
)

CONTENT: dict[str, Any] = {
    "reference": "1001",
    "buyer": "17850",
    "date": "2010-12-01",
    "lines": [
        {"item": "85123A", "description": "WHITE HEART", "quantity": "6", "unit_price": "2.55"},
        {"item": "POST", "quantity": "1.5"},
    ],
}


def test_says_an_order_in_vismas_words() -> None:
    payload = new_sales_order(CONTENT, reference="WEB-1001", defaults=Defaults())

    assert payload == {
        "type": "SO",
        "date": "2010-12-01T12:00:00Z",
        "customer": {"id": "17850", "order": "WEB-1001", "refNo": "WEB-1001"},
        "orderLines": [
            {
                "inventoryId": "85123A",
                "description": "WHITE HEART",
                "quantity": 6,
                "unitPrice": 2.55,
                "hasManualPrice": True,
            },
            {"inventoryId": "POST", "quantity": 1.5},
        ],
    }


def test_fills_in_what_the_order_leaves_to_the_connection() -> None:
    defaults = Defaults("EO", "2", "25", "Hold")

    payload = new_sales_order(CONTENT, reference="1001", defaults=defaults)

    assert (payload["type"], payload["branchId"], payload["status"]) == ("EO", "2", "Hold")
    assert [line["taxCategoryId"] for line in payload["orderLines"]] == ["25", "25"]


def test_lets_the_order_speak_before_the_defaults() -> None:
    said = {**CONTENT, "type": "SO", "branch": "1", "currency": "GBP", "description": "Gifts"}
    said["lines"] = [
        {
            "item": "1",
            "quantity": "1",
            "tax_category": "15",
            "unit": "EA",
            "warehouse": "3",
        }
    ]

    payload = new_sales_order(said, reference="1001", defaults=Defaults("EO", "2", "25"))

    assert payload == {
        "type": "SO",
        "date": "2010-12-01T12:00:00Z",
        "customer": {"id": "17850", "order": "1001", "refNo": "1001"},
        "currencyId": "GBP",
        "description": "Gifts",
        "branchId": "1",
        "orderLines": [
            {
                "inventoryId": "1",
                "unitOfMeasure": "EA",
                "warehouseId": "3",
                "taxCategoryId": "15",
                "quantity": 1,
            }
        ],
    }


def test_keeps_a_price_of_nothing() -> None:
    free = {**CONTENT, "lines": [{"item": "1", "quantity": "1", "unit_price": "0"}]}

    (line,) = new_sales_order(free, reference="1", defaults=Defaults())["orderLines"]

    assert (line["unitPrice"], line["hasManualPrice"]) == (0, True)


@pytest.mark.parametrize(
    "number", ["0.000001", "99999999999.9999", "0.1", "2.55", "123456789.012345"]
)
def test_writes_the_digits_that_were_given(number: str) -> None:
    content = {**CONTENT, "lines": [{"item": "1", "quantity": "1", "unit_price": number}]}

    text = as_text(new_sales_order(content, reference="1", defaults=Defaults()))

    (line,) = json.loads(text, parse_float=Decimal)["orderLines"]
    assert line["unitPrice"] == Decimal(number)


def test_puts_the_prefix_before_the_reference() -> None:
    assert wire_reference("WEB-", "1001") == "WEB-1001"
    assert wire_reference("", "x" * 40) == "x" * 40
    with pytest.raises(ValueError, match="at most 40"):
        wire_reference("WEB-", "x" * 37)


def test_adds_up_the_lines_each_rounded() -> None:
    lines = [
        {"item": "1", "quantity": "3", "unit_price": "0.335"},
        {"item": "2", "quantity": "6", "unit_price": "2.55"},
    ]

    assert expected_total({"lines": lines}) == Decimal("16.31")


def test_knows_no_total_where_the_erp_sets_a_price() -> None:
    assert expected_total(CONTENT) is None


def test_writes_the_same_text_each_time() -> None:
    payload = {"type": "SO", "customer": {"refNo": "Ø", "id": "1"}}

    assert as_text(payload) == '{"customer":{"id":"1","refNo":"Ø"},"type":"SO"}'
