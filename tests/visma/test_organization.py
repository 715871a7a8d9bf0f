from __future__ import annotations

from typing import Any

import pytest

from integrations.visma.context import ContextCompany, list_companies
from integrations.visma.errors import (
    BadAnswer,
    Faulted,
    Forbidden,
    Malformed,
    Outage,
    Throttled,
    Unauthorized,
    VismaError,
)
from integrations.visma.exchange import Transport
from integrations.visma.headers import RateLimit
from integrations.visma.organization import Organization, Probe, read_organization, read_probe
from tests.visma.conftest import StartServer
from tests.visma.servers import Connection, always, json_response, once, response

TRANSPORT = Transport(timeout=5, plain_http_hosts=frozenset({"127.0.0.1"}))
QUOTA = {
    "X-RateLimit-Limit": "5000",
    "X-RateLimit-Remaining": "4999",
    "X-RateLimit-Reset": "1800",
    "X-RateLimit-Policy": "4-fixed-window",
}
SEEN = RateLimit(5000, 4999, 1800, "4-fixed-window")
ORGANIZATION = {
    "organizationCd": "1",
    "name": "Nordlys AS",
    "corporateId": "999888777",
    "vatRegistrationId": "NO999888777MVA",
    "baseCurrency": "NOK",
    "defaultCountry": {"id": "NO", "name": "Norway"},
    "branches": [],
}
FAULT = {
    "ExceptionType": "IPPException",
    "ExceptionMessage": "No license for this company.",
    "ExceptionFaultCode": "12027",
}
READS = [read_organization, read_probe, list_companies]


@pytest.mark.parametrize("body", [ORGANIZATION, [ORGANIZATION], [ORGANIZATION, {"name": "X"}]])
def test_reads_the_company_of_a_token(start: StartServer, body: Any) -> None:
    server = start(always(json_response(200, body, QUOTA)))

    organization = read_organization(f"{server.url}/", "tok", TRANSPORT)

    assert organization == Organization(
        "Nordlys AS", "999888777", "NO999888777MVA", "NO", "NOK", "1", SEEN
    )
    (request,) = server.seen
    assert (request.method, request.target) == ("GET", "/v1/organization")
    assert request.headers["authorization"] == "Bearer tok"


def test_reads_a_company_with_little_to_say(start: StartServer) -> None:
    server = start(always(json_response(200, {"name": "Nordlys AS", "corporateId": None})))

    organization = read_organization(server.url, "tok", TRANSPORT)

    assert organization == Organization("Nordlys AS", "", "", "", "", "", None)


@pytest.mark.parametrize("body", [{}, {"name": ""}, [], [[]], "Nordlys AS", {"name": ["x"]}])
def test_refuses_a_company_without_a_name(start: StartServer, body: Any) -> None:
    with pytest.raises(Malformed):
        read_organization(start(always(json_response(200, body))).url, "tok", TRANSPORT)


@pytest.mark.parametrize(
    ("body", "customers"), [({"value": [], "totalCount": 3}, 3), ({"value": [{}]}, None)]
)
def test_looks_whether_orders_can_be_read(
    start: StartServer, body: Any, customers: int | None
) -> None:
    server = start(always(json_response(200, body, QUOTA)))

    assert read_probe(server.url, "tok", TRANSPORT) == Probe(customers, SEEN)
    assert server.seen[0].target == "/api/v3/Customers?pageSize=1"


def test_refuses_a_list_of_customers_without_rows(start: StartServer) -> None:
    with pytest.raises(Malformed):
        read_probe(start(always(json_response(200, {"totalCount": 3}))).url, "tok", TRANSPORT)


def test_lists_the_companies_a_token_reaches(start: StartServer) -> None:
    rows = [{"id": 1052, "name": "Nordlys AS", "type": "x"}, {"id": "b-7", "name": None}]
    server = start(always(json_response(200, rows)))

    companies = list_companies(f"{server.url}/context", "tok", TRANSPORT)

    assert companies == [ContextCompany(1052, "Nordlys AS", "x"), ContextCompany("b-7", "", "")]
    assert server.seen[0].target == "/context"


def test_lists_no_companies_for_a_user_without_a_role(start: StartServer) -> None:
    assert list_companies(start(always(json_response(200, []))).url, "tok", TRANSPORT) == []


@pytest.mark.parametrize("rows", [{}, None, ["x"], [{}], [{"id": True}], [{"id": ""}]])
def test_refuses_what_is_no_list_of_companies(start: StartServer, rows: Any) -> None:
    with pytest.raises(Malformed):
        list_companies(start(always(json_response(200, rows))).url, "tok", TRANSPORT)


FAULTS: list[tuple[bytes, type[VismaError]]] = [
    (response(401, QUOTA), Unauthorized),
    (json_response(401, FAULT, QUOTA), Unauthorized),
    (response(403, QUOTA), Forbidden),
    (json_response(403, FAULT, QUOTA), Faulted),
    (json_response(400, FAULT, QUOTA), Faulted),
    (json_response(500, FAULT, QUOTA), Faulted),
    (json_response(429, {"message": "Too Many Requests"}, QUOTA), Throttled),
    (json_response(400, {"title": "Bad"}, QUOTA), BadAnswer),
    (response(404, QUOTA), BadAnswer),
    (response(302, {**QUOTA, "Location": "/login"}), BadAnswer),
    (response(204, QUOTA), BadAnswer),
    (response(408, QUOTA), Outage),
    (response(502, QUOTA, b"<html>"), Outage),
]


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(("sent", "expected"), FAULTS, ids=lambda value: str(value)[:30])
def test_names_what_went_wrong_and_the_quota_seen(
    start: StartServer, read: Any, sent: bytes, expected: type[VismaError]
) -> None:
    with pytest.raises(VismaError) as fault:
        read(start(once(sent)).url, "tok", TRANSPORT)

    assert type(fault.value) is expected
    assert fault.value.rate_limit == SEEN


def test_tells_the_faults_of_the_erp_apart(start: StartServer) -> None:
    server = start(always(json_response(400, {**FAULT, "ExceptionFaultCode": "12002"})))

    with pytest.raises(Faulted) as fault:
        read_organization(server.url, "tok", TRANSPORT)

    assert fault.value.code == "12002"


@pytest.mark.parametrize(("headers", "seconds"), [({"Retry-After": "411"}, 411.0), ({}, None)])
def test_says_how_long_to_wait(
    start: StartServer, headers: dict[str, str], seconds: float | None
) -> None:
    with pytest.raises(Throttled) as throttled:
        read_probe(start(always(response(429, headers))).url, "tok", TRANSPORT)

    assert throttled.value.retry_after == seconds


@pytest.mark.parametrize("read", READS)
def test_takes_no_answer_that_was_cut(start: StartServer, read: Any) -> None:
    whole = json_response(200, ORGANIZATION)
    for cut in (whole[:-3], whole.partition(b"\r\n\r\n")[0], b""):
        with pytest.raises(Outage):
            read(start(once(cut)).url, "tok", TRANSPORT)


@pytest.mark.parametrize("read", READS)
def test_sends_no_token_after_a_redirect(start: StartServer, read: Any) -> None:
    elsewhere = start(always(json_response(200, ORGANIZATION)))
    server = start(always(response(307, {"Location": f"{elsewhere.url}/"})))

    with pytest.raises(BadAnswer):
        read(server.url, "tok", TRANSPORT)

    assert elsewhere.seen == []


def test_sends_no_token_to_a_plain_http_address() -> None:
    with pytest.raises(Outage) as outage:
        read_probe("http://salesorder.visma.test", "secret-token", TRANSPORT)

    assert (outage.value.sent, outage.value.own_set_up) == (False, True)
    assert "secret-token" not in str(outage.value)


def test_bounds_a_read_in_all(start: StartServer) -> None:
    slow = Transport(timeout=0.3, plain_http_hosts=frozenset({"127.0.0.1"}))

    with pytest.raises(Outage) as outage:
        read_probe(start(Connection.wait_for_the_client).url, "tok", slow)

    assert outage.value.sent
