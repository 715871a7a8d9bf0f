"""The filter finds the same orders however they came, changed and went."""

from __future__ import annotations

import json

from tests.sandbox.conftest import Api, order

ORDERS = "/api/v3/SalesOrders"


def found(api: Api, text: str) -> list[str]:
    return [row["orderId"] for row in api.listed(filter=text)["value"]]


def change(api: Api, method: str, number: str, body: object = None) -> None:
    path = f"{ORDERS}/SO/{number}"
    headers = {"If-Match": api.get(path).headers["ETag"], "Content-Type": "application/json"}
    answer = api.call(method, path, headers=headers, data=json.dumps(body) if body else None)
    assert answer.status_code == 202, answer.text


def test_finds_orders_placed_between_two_searches(norway: Api) -> None:
    norway.post(order("WEB-1"))
    assert found(norway, "WEB-") == ["000001"]

    norway.post(order("WEB-2"))
    assert found(norway, "WEB-") == ["000001", "000002"]


def test_finds_an_order_by_what_it_was_changed_to(norway: Api) -> None:
    norway.post(order("WEB-1"))
    assert found(norway, "NEW-1") == []

    change(norway, "PATCH", "000001", {"customer": {"order": "NEW-1"}})

    assert found(norway, "NEW-1") == ["000001"]
    assert found(norway, "WEB-1") == []


def test_does_not_find_deleted_orders(norway: Api) -> None:
    for number in (1, 2, 3):
        norway.post(order(f"WEB-{number}"))
    assert found(norway, "WEB-") == ["000001", "000002", "000003"]

    change(norway, "DELETE", "000003")
    assert found(norway, "WEB-") == ["000001", "000002"]

    norway.post(order("WEB-4"))
    change(norway, "DELETE", "000001")
    assert found(norway, "WEB-") == ["000002", "000004"]


def test_finds_nothing_from_before_a_reset(norway: Api) -> None:
    norway.post(order("WEB-1"))
    assert found(norway, "WEB-1") == ["000001"]

    norway.sandbox.reset()
    norway.token = norway.sandbox.token("isv_nordhandel_service", norway.tenant_id)

    assert found(norway, "WEB-1") == []


def test_finds_orders_of_a_restored_state(norway: Api) -> None:
    norway.post(order("WEB-1"))
    state = norway.sandbox.control("GET", "state")
    norway.post(order("WEB-2"))
    assert found(norway, "WEB-") == ["000001", "000002"]

    norway.sandbox.control("PUT", "state", state)

    assert found(norway, "WEB-") == ["000001"]


def test_a_text_does_not_reach_from_one_field_into_the_next(norway: Api) -> None:
    norway.post(order("WEB-1"))

    assert found(norway, "000001WEB") == []
    assert found(norway, "WEB-110042") == []
