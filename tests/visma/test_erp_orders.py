from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.visma.calls import Call, Deadline
from integrations.visma.errors import ListMoved, Malformed
from integrations.visma.listings import ListedOrder
from integrations.visma.routes import ROUTES, Reading, Wanted
from tests.visma.made_answers import answer

BASE = "https://integration.visma.test/API/controller/api"
COMPANY = ("ipp-company-id: 3140001", "ipp-application-type: Visma.net Financials")
BEARER = ("Authorization: Bearer tok", "Accept: application/json")
UNTIL = Deadline(1.0)
SINCE = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
ERP = ROUTES["erp-v1"]
VNI = ERP.door(f"{BASE}/", "tok", COMPANY, 240.0)
CONNECT = ERP.door("https://api.finance.visma.test", "tok")
ROW: dict[str, Any] = {
    "orderType": "SO", "orderNo": "000023", "status": "Open",
    "customer": {"number": "10042", "name": "Bergstrand"},
    "customerOrder": "WEB-1", "customerRefNo": "WEB-1", "orderTotal": 17.5, "taxTotal": 3.5,
    "metadata": {"totalCount": 2, "maxPageSize": 1000},
}  # fmt: skip


def made(location: str, sent: bytes = b"{}") -> tuple[str, str] | None:
    return ERP.created(answer(201, headers={"Location": location}), sent)


def test_posts_to_the_older_base_with_the_company_in_a_header() -> None:
    headers = (*BEARER, *COMPANY, "Content-Type: application/json")

    assert ERP.create(VNI, b"{}", 7, UNTIL) == Call(
        7, "POST", f"{BASE}/v1/salesorder", headers, b"{}", UNTIL, 240.0
    )


def test_posts_to_the_own_host_without_a_company() -> None:
    headers = (*BEARER, "Content-Type: application/json")

    assert ERP.create(CONNECT, b"{}", 7, UNTIL) == Call(
        7, "POST", "https://api.finance.visma.test/v1/salesorder", headers, b"{}", UNTIL
    )


def test_lists_with_a_moment_and_its_condition_from_page_one() -> None:
    call = ERP.page(VNI, Wanted(SINCE), Reading(page=2, page_size=50), 7, UNTIL)

    assert call.url == (
        f"{BASE}/v1/salesorder?lastModifiedDateTime=2026-11-20T11%3A30%3A00"
        "&lastModifiedDateTimeCondition=%3E%3D&pageNumber=3&pageSize=50"
    )
    assert (call.method, call.headers, call.timeout) == ("GET", (*BEARER, *COMPANY), 240.0)


@pytest.mark.parametrize(
    ("buyer", "place"), [("10042", "10042"), ("A/B 1", "b64(QS9CIDE=)"), ("ÅS", "b64(w4VT)")]
)
def test_narrows_a_list_to_one_customer(buyer: str, place: str) -> None:
    call = ERP.page(VNI, Wanted(SINCE, buyer, "WEB-1"), Reading(), 7, UNTIL)

    assert call.url.partition("?")[0] == f"{BASE}/v1/customer/{place}/salesorder"


def test_reads_one_order_by_type_and_number() -> None:
    assert ERP.one(VNI, "SO", "000023", 7, UNTIL).url == f"{BASE}/v1/salesorder/SO/000023"


def test_lists_from_a_day_before_the_first_send_whatever_the_clocks_say() -> None:
    for offset in (None, timedelta(hours=-2)):
        assert ERP.since(SINCE, offset) == SINCE - timedelta(hours=24)


def test_a_token_no_header_can_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="token"):
        ERP.door(BASE, "a b")


@pytest.mark.parametrize(
    "location",
    [
        f"{BASE}/v1/salesorder/SO/000023",
        "https://other.visma.test/v1/salesorder/SO/000023",
        "/v1/salesorder/SO/000023",
    ],
)
def test_reads_type_and_number_from_a_location(location: str) -> None:
    assert made(location) == ("SO", "000023")


def test_takes_the_type_that_was_sent_where_the_location_names_the_number_alone() -> None:
    sent = b'{"orderType": {"value": "EO"}}'

    assert made(f"{BASE}/v1/salesorder/000023", sent) == ("EO", "000023")
    assert made(f"{BASE}/v1/salesorder/000023", b"[]") is None
    assert made(f"{BASE}/v1/salesorder/000023", b"{") is None


@pytest.mark.parametrize(
    "location",
    ["", "/login", f"{BASE}/v1/salesorder/", f"{BASE}/v1/salesorder", "http://[",
     f"{BASE}/v1/salesorder/SO/000023/lines", f"{BASE}/v1/salesorder/SO/", "/v1/salesorder/SO/æ",
     f"{BASE}/v1/salesorder/SO/0000230000230000", f"{BASE}/v1/salesorder/SO/000023?a=b",
     "/v1/salesorder/TOOLONG/000023"],
)  # fmt: skip
def test_an_odd_location_names_no_order(location: str) -> None:
    assert made(location) is None


def test_a_doubled_location_names_no_order() -> None:
    places = [f"{BASE}/v1/salesorder/SO/000023", f"{BASE}/v1/salesorder/SO/000024"]
    assert ERP.created(answer(201, headers={"Location": places}), b"{}") is None


def test_reads_a_page_and_whether_there_is_another() -> None:
    first = ERP.read_page(answer(body=[ROW]), Reading())
    last = ERP.read_page(answer(body=[ROW]), Reading(page=1, rows=1, total=2))

    assert first.rows == (
        ListedOrder(
            "SO", "000023", "10042", "WEB-1", "WEB-1", Decimal("17.5"), Decimal("3.5"),
            "Open", None, None,
        ),
    )  # fmt: skip
    assert (first.next_page, first.total_count) == (True, 2)
    assert (last.next_page, last.total_count) == (False, 2)
    assert ERP.read_page(answer(body=[]), Reading()).rows == ()


@pytest.mark.parametrize("rows", [[], [ROW]])
def test_a_list_whose_count_changed_has_to_be_read_anew(rows: list[Any]) -> None:
    with pytest.raises(ListMoved):
        ERP.read_page(answer(body=rows), Reading(page=1, rows=1, total=3))


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", {}, [1], [{}], [ROW | {"metadata": None}], [ROW | {"orderNo": None}],
     [ROW | {"metadata": {"totalCount": 0}}], [ROW | {"metadata": {"totalCount": True}}],
     [ROW, ROW | {"metadata": {"totalCount": 3}}], [ROW | {"customer": {"number": 10042}}],
     [ROW | {"orderTotal": None}]],
    ids=repr,
)  # fmt: skip
def test_a_page_that_is_not_rows_is_malformed(body: object) -> None:
    with pytest.raises(Malformed):
        ERP.read_page(answer(body=body), Reading())


@pytest.mark.parametrize("status", [201, 204, 400, 404, 500])
def test_reads_only_a_whole_200(status: int) -> None:
    with pytest.raises(Malformed):
        ERP.read_page(answer(status, body=[ROW]), Reading())
    with pytest.raises(Malformed):
        ERP.read_page(answer(200, body=[ROW], curl_code=18), Reading())


def test_reads_one_order() -> None:
    found = ERP.read_one(answer(body=ROW))

    assert (found.type, found.order_id, found.customer_id) == ("SO", "000023", "10042")
    with pytest.raises(Malformed):
        ERP.read_one(answer(404, body={"message": "Sales order not found"}))


def test_an_empty_list_has_to_be_witnessed_where_a_header_names_the_company() -> None:
    call = ERP.witness(VNI, 7, UNTIL)

    assert call is not None
    assert call.url == f"{BASE}/v1/organization"
    assert ERP.witness(CONNECT, 7, UNTIL) is None
    assert ERP.has_witness(answer(body=[{"name": "Fjordlys AS"}]))
    assert not ERP.has_witness(answer(body=[]))
    assert not ERP.has_witness(answer(403, body={"message": "no"}))


def test_no_token_is_shown_by_a_door() -> None:
    assert "tok" not in repr(replace(VNI, base_url="x", orders_url="x"))
