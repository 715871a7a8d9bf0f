"""The sandbox's own OpenAPI document describes what it offers."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from sandbox.salesorders.routes import ROUTES
from tests.sandbox.conftest import Api
from tests.sandbox.visitor import Visitor


@pytest.fixture
def document(norway: Api) -> Any:
    answer = requests.get(f"{norway.sandbox.url}/swagger/v3/swagger.json", timeout=10)
    assert answer.status_code == 200
    return answer.json()


def test_every_path_and_method_is_described_once(document: Any) -> None:
    operations = [one for methods in document["paths"].values() for one in methods.values()]

    assert len(operations) == len(ROUTES)
    assert len({one["operationId"] for one in operations}) == len(ROUTES)
    assert document["paths"].keys() >= {
        "/api/v3/SalesOrders/{type}/{orderId}/lines/{lineId}",
        "/api/v3/Customers/{customerId}/locations",
        "/api/v3/Inventory",
    }


def test_every_reference_leads_somewhere(document: Any) -> None:
    wanted = set(re.findall(r"#/components/schemas/(\w+)", str(document)))

    assert wanted - document["components"]["schemas"].keys() == set()


def test_a_new_order_is_described_with_its_limits(document: Any) -> None:
    schema = document["components"]["schemas"]["NewOrder"]

    assert schema["required"] == ["type", "customer"]
    assert schema["properties"]["orderId"] == {
        "type": "string",
        "maxLength": 15,
        "nullable": True,
    }
    line = schema["properties"]["orderLines"]["items"]["properties"]
    assert line["quantity"] == {"type": "number", "format": "double"}
    assert line["overshipThreshold"]["minimum"] == 100


def test_names_itself_as_the_server(norway: Api, document: Any) -> None:
    assert document["servers"] == [{"url": norway.sandbox.url}]


def test_a_page_lists_the_paths(visitor: Visitor) -> None:
    shown = visitor.visit("/swagger/index.html")

    assert visitor.heading == "Sales orders, version 3"
    assert "/api/v3/SalesOrders/{type}/{orderId}/payments" in shown.text
