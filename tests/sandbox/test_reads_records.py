"""Customers, their locations and stock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api
from tests.sandbox.fidelity import point

CUSTOMERS = "/api/v3/Customers"
INVENTORY = "/api/v3/Inventory"


def ids(api: Api, path: str, name: str, **query: str | int) -> list[str]:
    answer = api.get(path, **query)
    assert answer.status_code == 200, answer.text
    return [one[name] for one in answer.json()["value"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"filter": "10043"}, ["10043"]),
        ({"filter": "bakkeland"}, ["10043"]),
        ({"FILTER": "7359999000001"}, ["10043"]),
        ({"filter": "nobody"}, []),
        ({"filter": "1004", "pageSize": 2}, ["10042", "10043"]),
        ({"filter": "1004", "pageSize": 2, "pageIndex": 1}, ["10044"]),
    ],
)
@point("E3.customers")
def test_finds_customers(denmark: Api, query: dict[str, str | int], found: list[str]) -> None:
    assert ids(denmark, CUSTOMERS, "id", **query) == found


def test_finds_customers_by_gln_and_tax_registration(denmark: Api) -> None:
    gln = denmark.get(CUSTOMERS, filter="10044").json()["value"][0]["defaultLocation"]["gln"]
    change: Any = {"10043": {"tax_registration_id": "DK12345678"}}
    denmark.sandbox.control(
        "POST", "companies", {"tenant_id": denmark.tenant_id, "customers": change}
    )

    assert ids(denmark, CUSTOMERS, "id", filter=gln) == ["10044"]
    assert ids(denmark, CUSTOMERS, "id", filter="dk1234") == ["10043"]


@point("E3.locations")
def test_locations_are_an_array_without_pages(denmark: Api) -> None:
    rows = denmark.get(f"{CUSTOMERS}/10042/locations").json()

    assert [(row["id"], row["internalId"]) for row in rows] == [
        ("MAIN", 1),
        ("LAGER", 2),
        ("STENGT", 3),
    ]
    assert [row["address"]["line1"] for row in rows[:2]] == ["Havnegata 1", "Lagerveien 7"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("inventoryId=22622", ["22622"]),
        ("inventoryId=22622&InventoryId=21755", ["22622", "21755"]),
        ("warehouseId=2", ["22622"]),
        ("locationId=A3", ["21755"]),
        ("warehouseId=1&locationId=A1", ["22622", "21755"]),
        ("attributeFilter=WEBSHOP:1", ["22622", "21755"]),
        ("attributeFilter=WEBSHOP:1&attributeFilter=COLOUR:Blue", ["22622"]),
        ("attributeFilter=COLOUR:Blue&attributeFilter=COLOUR:Red", ["22622"]),
        ("inventoryId=22622&modifiedSince=2024-01-01T00:00:00", ["22622"]),
        ("inventoryId=22622&modifiedSince=2024-01-01T00:00:00Z&modifiedSinceCondition=%3E", []),
        ("inventoryId=22622&modifiedSince=2024-02-01&modifiedSinceCondition=%3C", ["22622"]),
        ("inventoryId=22622&inventoryId=21755&pageSize=1&pageIndex=1", ["21755"]),
    ],
)
@point("E3.inventory")
def test_finds_stock(denmark: Api, query: str, found: list[str]) -> None:
    answer = denmark.call("GET", f"{INVENTORY}?{query}")

    assert [row["inventoryId"] for row in answer.json()["value"]] == found


def test_counts_stock_by_warehouse_location_and_lot(denmark: Api) -> None:
    [row] = denmark.get(INVENTORY, inventoryId="21755", expand="location,lotSerial").json()["value"]

    [warehouse] = row["availability"]
    assert warehouse["quantityOnHand"] == 45
    assert [place["locationId"] for place in warehouse["locations"]] == ["A1", "A3"]
    assert [lot["lotSerialNumber"] for lot in warehouse["lotSerials"]] == ["LOT-1"]


def test_only_the_asked_warehouse_is_counted(denmark: Api) -> None:
    [row] = denmark.get(INVENTORY, inventoryId="22622", warehouseId="2").json()["value"]

    assert [place["quantityOnHand"] for place in row["availability"]] == [30]
    assert "locations" not in row["availability"][0]
    assert "attributes" not in row


@pytest.mark.parametrize(
    "query",
    [
        {"expand": "Price"},
        {"pageSize": 0},
        {"pageSize": 10_001},
        {"modifiedSince": "yesterday"},
        {"modifiedSince": "2024-01-01", "modifiedSinceCondition": "after"},
        {"attributeFilter": "WEBSHOP"},
    ],
)
def test_refuses_what_it_cannot_read(denmark: Api, query: dict[str, str | int]) -> None:
    assert denmark.get(INVENTORY, **query).status_code == 400


def test_stock_is_set_through_the_control_api(denmark: Api) -> None:
    stock = {"stock": {"1/A1": 7.5}, "attributes": {"WEBSHOP": "0"}}
    company = {"tenant_id": denmark.tenant_id, "items": {"85123A": stock}}
    denmark.sandbox.control("POST", "companies", company)

    [row] = denmark.get(INVENTORY, attributeFilter="WEBSHOP:0").json()["value"]

    assert row["availability"][0]["quantityAvailable"] == 7.5
