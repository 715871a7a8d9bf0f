"""What libcurl, which the push rides on, makes of the faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pycurl
import pytest

from tests.sandbox.conftest import Api, order


@pytest.fixture
def curl(norway: Api) -> Iterator[pycurl.Curl]:
    """A handle that posts one order, on the same connection each time."""
    handle = pycurl.Curl()
    port = urlsplit(norway.sandbox.url).port
    handle.setopt(pycurl.URL, f"http://127.0.0.1:{port}/api/v3/SalesOrders")
    handle.setopt(
        pycurl.HTTPHEADER,
        [f"Authorization: Bearer {norway.token}", "Content-Type: application/json", "Expect:"],
    )
    handle.setopt(pycurl.POSTFIELDS, json.dumps(order()))
    handle.setopt(pycurl.TIMEOUT, 10)
    handle.setopt(pycurl.PROXY, "")
    yield handle
    handle.close()


def test_uses_one_connection_for_all_orders(norway: Api, curl: pycurl.Curl) -> None:
    for _ in range(5):
        curl.perform()

    found = norway.sandbox.control("GET", "requests?kind=salesorders.post")["requests"]

    assert len({entry["connection"] for entry in found}) == 1
    assert len(norway.numbers) == 5


def test_repeats_by_itself_what_a_reused_connection_swallowed(
    norway: Api, curl: pycurl.Curl
) -> None:
    curl.perform()
    norway.sandbox.fault("commit_then_drop", only_reused=True)

    curl.perform()

    assert curl.getinfo(pycurl.RESPONSE_CODE) == 201
    assert len(norway.numbers) == 3


def test_takes_headers_that_were_cut_for_a_whole_answer(norway: Api, curl: pycurl.Curl) -> None:
    norway.sandbox.fault("cut_headers", cut_at="within_location")

    curl.perform()

    assert curl.getinfo(pycurl.RESPONSE_CODE) == 201
    assert len(norway.numbers) == 1
