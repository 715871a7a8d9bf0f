from __future__ import annotations

from itertools import product

import pytest

from integrations.visma.answers import Outcome, Read, Verdict, classify, classify_read
from integrations.visma.problems import Detail, Problem
from integrations.visma.routes import ROUTES, OrderRoute
from tests.visma.made_answers import answer

V3, ERP = ROUTES["salesorder-v3"], ROUTES["erp-v1"]
LOCATIONS = {
    V3: "https://salesorder.visma.test/api/v3/SalesOrders/SO/000023",
    ERP: "https://integration.visma.test/API/controller/api/v1/salesorder/SO/000023",
}
LOCATION = {"Location": LOCATIONS[V3]}
BOTH = pytest.mark.parametrize("route", [V3, ERP], ids=list(ROUTES))
MESSAGE = {"message": "Inventory item 'X' can't be found"}
DETAILS = {"title": "No", "details": [{"code": "1804", "message": "Unknown item"}]}
BODIES = [
    b"",
    b"Bad Request",
    b"<html><title>Bad gateway</title></html>",
    b"\xff\xfe\x00",
    b'{"details": [{"code"',
    {"title": "No"},
    {"details": []},
    {"details": None},
    {"details": {"code": "1804"}},
    {"details": ["1804"]},
    {"errors": {"date": ["No"]}},
    {"ExceptionType": "IPPException", "ExceptionFaultCode": "12002"},
    {"ExceptionType": "IPPException", "ExceptionFaultCode": "12027", "message": "No licence"},
    {"statusCode": 400, "message": "Too Many Requests"},
    {"message": None, "details": []},
    MESSAGE,
    {"Message": "The order type is not active"},
    ["details"],
    DETAILS,
]

# The table of what a whole answer means; 400 goes by its body, everything unnamed is unknown.
BY_STATUS = {
    401: Outcome.UNAUTHORIZED,
    403: Outcome.LANE_REFUSED,
    404: Outcome.LANE_REFUSED,
    405: Outcome.LANE_REFUSED,
    413: Outcome.REFUSED,
    415: Outcome.LANE_REFUSED,
    422: Outcome.REFUSED,
    429: Outcome.THROTTLED,
} | dict.fromkeys(range(300, 400), Outcome.LANE_REFUSED)


# What a 400 must say to be about the order: V3 gives details, the ERP API a message and no more.
ABOUT_ORDER: dict[OrderRoute, list[object]] = {
    V3: [DETAILS],
    ERP: [MESSAGE, {"Message": "The order type is not active"}],
}


def expected(status: int, body: object, route: OrderRoute = V3) -> Outcome:
    if status == 400:
        return Outcome.REFUSED if body in ABOUT_ORDER[route] else Outcome.LANE_REFUSED
    return BY_STATUS.get(status, Outcome.UNKNOWN)


@BOTH
@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_judges_every_status_by_the_table(body: object, route: OrderRoute) -> None:
    for status in range(100, 600):
        verdict = classify(answer(status, body=body), after_doubt=False, route=route)

        assert verdict.outcome is expected(status, body, route), status
        assert verdict.number is None
        assert not verdict.own_set_up
        assert not verdict.refused_in_doubt


@BOTH
@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_keeps_a_refusal_uncertain_after_doubt_and_nothing_else(
    body: object, route: OrderRoute
) -> None:
    for status in range(100, 600):
        without = classify(answer(status, body=body), after_doubt=False, route=route)
        verdict = classify(answer(status, body=body), after_doubt=True, route=route)

        refused = without.outcome is Outcome.REFUSED
        assert verdict.refused_in_doubt is refused
        assert verdict.outcome is (Outcome.UNKNOWN if refused else without.outcome)
        assert verdict.problem == without.problem


def test_knows_nothing_from_an_answer_that_broke_off() -> None:
    """Every status with every result of libcurl but a good one, and with cut headers."""
    for status, code in product(range(100, 600), range(101)):
        cut = answer(status, curl_code=code, complete=code > 0)

        assert classify(cut, after_doubt=False).outcome is Outcome.UNKNOWN


@BOTH
@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_knows_nothing_from_a_refusal_that_broke_off(body: object, route: OrderRoute) -> None:
    for status, code in product(range(400, 500), (0, 18, 28, 56)):
        cut = answer(status, body=body, curl_code=code, complete=code > 0)

        assert classify(cut, after_doubt=False, route=route).outcome is Outcome.UNKNOWN


@BOTH
@pytest.mark.parametrize("after_doubt", [True, False])
def test_counts_a_whole_created_with_its_number_however_it_went_on(
    after_doubt: bool, route: OrderRoute
) -> None:
    for code in range(101):
        created = answer(201, headers={"Location": LOCATIONS[route]}, curl_code=code)

        verdict = classify(created, after_doubt=after_doubt, route=route)

        assert verdict == Verdict(Outcome.DELIVERED, number=("SO", "000023"))


def test_knows_nothing_from_a_created_whose_headers_were_cut() -> None:
    cut = answer(201, headers=LOCATION, complete=False)

    assert classify(cut, after_doubt=False).outcome is Outcome.UNKNOWN


@BOTH
def test_takes_a_number_from_a_201_alone_and_a_number_of_the_other_route_from_none(
    route: OrderRoute,
) -> None:
    other = {"Location": LOCATIONS[V3 if route is ERP else ERP]}
    for status in (*range(100, 201), *range(202, 600)):
        made = answer(status, headers={"Location": LOCATIONS[route]})
        assert classify(made, after_doubt=False, route=route).number is None
    assert classify(answer(201, headers=other), after_doubt=False, route=route) == Verdict(
        Outcome.UNKNOWN
    )


def test_says_nothing_was_sent_exactly_when_the_gate_let_nothing_through() -> None:
    own_set_up = {1, 3, 58, 60, 77, 82, 83, 90, 91, 98}
    for code in range(101):
        held = classify(answer(0, curl_code=code, passed=0, complete=False), after_doubt=False)
        out = classify(answer(0, curl_code=code, passed=1, complete=False), after_doubt=False)

        assert held == Verdict(Outcome.NOT_SENT, own_set_up=code in own_set_up)
        assert out == Verdict(Outcome.UNKNOWN)


def test_hands_on_what_visma_said_of_the_order() -> None:
    verdict = classify(answer(400, body=DETAILS), after_doubt=False)

    assert verdict.problem == Problem(
        400, title="No", details=(Detail("1804", "Unknown item", ""),)
    )


@pytest.mark.parametrize("status", [429, 503])
def test_hands_on_how_long_to_wait(status: int) -> None:
    throttled = answer(status, headers={"Retry-After": "411"})

    assert classify(throttled, after_doubt=False).retry_after == 411.0


def test_judges_every_read() -> None:
    expected = {200: Read.ANSWERED, 401: Read.UNAUTHORIZED, 404: Read.MISSING, 429: Read.THROTTLED}
    for status in range(100, 600):
        refused = 300 <= status < 500 and status not in (408, 425)
        otherwise = Read.REFUSED if refused else Read.OUTAGE

        assert classify_read(answer(status)) is expected.get(status, otherwise)


def test_learns_nothing_from_a_read_that_broke_off() -> None:
    for status, code in product((0, 200, 401, 404, 429), range(1, 101)):
        assert classify_read(answer(status, curl_code=code)) is Read.OUTAGE
    assert classify_read(answer(404, complete=False)) is Read.OUTAGE
    assert classify_read(answer(0, passed=0, curl_code=7, complete=False)) is Read.OUTAGE
