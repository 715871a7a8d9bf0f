"""Customers written over the ERP API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api
from tests.sandbox.fidelity import point
from tests.sandbox.older_orders import older_order, wrapped

CUSTOMERS = "/v1/customer"


def new_customer(**changes: Any) -> dict[str, Any]:
    return wrapped(name="Nyhavn Kiosk", **changes)


@point("E13.customer_post")
def test_a_new_customer_gets_the_next_number_and_orders(denmark: Api) -> None:
    answer = denmark.call("POST", CUSTOMERS, json=new_customer(gln="7359990000999"))

    assert (answer.status_code, answer.content) == (201, b"")
    number = answer.headers["Location"].rpartition("/")[2]
    assert number == "10100"
    shown = denmark.get(f"{CUSTOMERS}/{number}").json()
    assert (shown["name"], shown["gln"]) == ("Nyhavn Kiosk", "7359990000999")
    ordered = denmark.call("POST", "/v1/salesorder", json=older_order(customer=number))
    assert ordered.status_code == 201, ordered.text


def test_contact_and_address_are_kept(denmark: Api) -> None:
    address = wrapped(addressLine1="Nyhavn 1", city="København", countryId="DK")
    contact = wrapped(name="Kiosken", email="post@nyhavn.example")
    body = new_customer(number="N-1", mainAddress=address, mainContact=contact)

    denmark.call("POST", CUSTOMERS, json=body)

    shown = denmark.get(f"{CUSTOMERS}/N-1").json()
    assert shown["mainAddress"]["city"] == "København"
    assert shown["mainContact"]["email"] == "post@nyhavn.example"


@point("E13.customer_put")
def test_put_answers_204_and_another_version_412(denmark: Api) -> None:
    etag = denmark.get(f"{CUSTOMERS}/10042").headers["ETag"]
    body = wrapped(name="Havgløtt")

    def put(version: str) -> Any:
        headers = {"If-Match": version}
        return denmark.call("PUT", f"{CUSTOMERS}/10042", json=body, headers=headers)

    first = put(etag)

    assert (first.status_code, first.content, put(etag).status_code) == (204, b"", 412)
    assert first.headers["ETag"] == denmark.get(f"{CUSTOMERS}/10042").headers["ETag"] != etag
    assert denmark.get(f"{CUSTOMERS}/10042").json()["name"] == "Havgløtt"


@pytest.mark.parametrize(
    "body",
    [
        wrapped(number="10042", name="Twice"),
        wrapped(number="N-2"),
        {"name": "Bare"},
        wrapped(name="Odd", status="Sleeping"),
    ],
)
def test_what_makes_no_customer_is_refused(denmark: Api, body: Any) -> None:
    before = denmark.get(CUSTOMERS).json()

    answer = denmark.call("POST", CUSTOMERS, json=body)

    assert (answer.status_code, list(answer.json())) == (400, ["message"])
    assert denmark.get(CUSTOMERS).json() == before


def test_an_unknown_customer_is_404(denmark: Api) -> None:
    assert denmark.call("PUT", f"{CUSTOMERS}/9", json={}).status_code == 404
