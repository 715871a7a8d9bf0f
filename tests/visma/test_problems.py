from __future__ import annotations

from typing import Any

import pytest

from integrations.visma.sales_orders import Detail, Problem, problem
from tests.visma.made_answers import answer


def test_reads_what_is_wrong_with_an_order() -> None:
    body = {
        "type": "about:blank",
        "title": "One or more validation errors occurred.",
        "status": 400,
        "detail": "See details",
        "errors": {"orderLines[0].inventoryId": ["Not found", "Not active"]},
        "details": [
            {
                "code": "1804-InventoryIdNotFound",
                "message": "Inventory id not found",
                "parameters": {"property": "orderLines[0].inventoryId"},
            },
            {"code": 1400, "message": None, "parameters": None},
        ],
        "traceId": "00-abc",
    }

    assert problem(answer(400, body=body)) == Problem(
        status=400,
        title="One or more validation errors occurred.",
        detail="See details",
        errors={"orderLines[0].inventoryId": ("Not found", "Not active")},
        details=(
            Detail(
                "1804-InventoryIdNotFound", "Inventory id not found", "orderLines[0].inventoryId"
            ),
            Detail("1400", "", ""),
        ),
    )


def test_reads_an_erp_fault() -> None:
    body = {
        "ExceptionType": "IPPException",
        "ExceptionMessage": "No license for this company.",
        "ExceptionFaultCode": "12027",
        "ExceptionMessageID": "12027_0d5b1b5e",
        "ExceptionDetails": "",
    }

    assert problem(answer(400, body=body)) == Problem(
        400, title="No license for this company.", fault="12027"
    )


@pytest.mark.parametrize(
    ("body", "title"),
    [
        (b"", ""),
        (b"  Too many\r\n requests ", "Too many requests"),
        (b"<html><head><title>502 Bad\nGateway</title></head><p>x</p>", "502 Bad Gateway"),
        (b"<h1>Sorry</h1><p>We are <b>closed</b>", "Sorry We are closed"),
        (b"a\x00b\x1b[31m", "a b [31m"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b'"Just a text"', "Just a text"),
        (b'{"message": "Try later"}', "Try later"),
        (b'{"Message": "Try later"}', "Try later"),
        (b'{"title": null, "message": ""}', ""),
        (b'{"title"', '{"title"'),
        (b"null", ""),
    ],
)
def test_reads_any_other_body(body: bytes, title: str) -> None:
    assert problem(answer(400, body=body)) == Problem(400, title=title)


@pytest.mark.parametrize(
    "body",
    [
        {"errors": ["x"], "details": "x"},
        {"errors": None, "details": {"code": "1"}},
        {"details": [None, 1, "x", []]},
        b"[" * 50_000,
    ],
    ids=lambda body: repr(body)[:30],
)
def test_reads_past_members_of_another_shape(body: Any) -> None:
    read = problem(answer(400, body=body))

    assert (read.errors, read.details) == ({}, ())


def test_keeps_a_single_text_where_a_list_belongs() -> None:
    read = problem(answer(400, body={"errors": {"date": "Wrong"}}))

    assert read.errors == {"date": ("Wrong",)}


def test_cuts_what_is_too_long() -> None:
    body = {
        "title": "t" * 10_000,
        "detail": "d" * 10_000,
        "errors": {f"{n}{'f' * 500}": ["m" * 5000] * 100 for n in range(100)},
        "details": [{"code": "c" * 100, "message": "m\x00" * 5000}] * 100,
    }

    read = problem(answer(400, body=body))

    assert (len(read.title), len(read.detail)) == (200, 1000)
    assert (len(read.errors), len(read.details)) == (50, 50)
    assert {len(name) for name in read.errors} == {100}
    assert {len(texts) for texts in read.errors.values()} == {50}
    assert {(len(d.code), len(d.message)) for d in read.details} == {(60, 1000)}
    assert "\x00" not in repr(read)


@pytest.mark.parametrize(
    ("code", "number"), [("1829-InvalidOrderTypeForInvoice", "1829"), ("1829", "1829"), ("", "")]
)
def test_knows_a_fault_by_its_number(code: str, number: str) -> None:
    assert Detail(code, "", "").number() == number
