"""Our calls and the sandbox's answers, over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.visma.answers import Outcome, Read, Verdict, classify, classify_read
from integrations.visma.errors import Refused, Unauthorized
from integrations.visma.oauth import (
    Client,
    Endpoints,
    KeySet,
    Transport,
    client_credentials,
    tenant_of,
)
from integrations.visma.organization import read_organization, read_probe
from integrations.visma.pump import Answer, Call, Deadline, Pump, PumpOptions, boot_time
from integrations.visma.sales_orders import (
    answered_at,
    list_call,
    listed,
    new_order_call,
    order_read,
    rate_limit,
    read_call,
)
from tests.sandbox_process import SandboxProcess

LOCAL = frozenset({"localhost", "127.0.0.1"})
SCOPES = ["visma.net.erp.salesorder:read", "visma.net.erp.salesorder:write"]
ERP = "vismanet_erp_service_api:read"
Ask = Callable[[Call], Answer]


@pytest.fixture
def service(sandbox: SandboxProcess) -> Client:
    url = sandbox.url
    endpoints = Endpoints(
        authorize=f"{url}/connect/authorize",
        token=f"{url}/connect/token",
        userinfo=f"{url}/connect/userinfo",
        revocation=f"{url}/connect/revocation",
        jwks=f"{url}/.well-known/openid-configuration/jwks",
        issuer=url,
    )
    transport = Transport(timeout=10, plain_http_hosts=LOCAL)
    name, secret = "isv_nordhandel_service", "sandbox-service-secret"
    return Client(name, secret, "basic", endpoints, transport)


@pytest.fixture
def tenant_id(sandbox: SandboxProcess, service: Client) -> str:
    """A company that approved the application and creates unknown customers and items."""
    tenant = str(sandbox.company("Fjordlys AS")["tenant_id"])
    approval = {"client_id": service.client_id, "tenant_id": tenant}
    sandbox.control("POST", "approvals", approval)
    return tenant


@pytest.fixture
def token(service: Client, tenant_id: str) -> str:
    asked = client_credentials(service, tenant_id=tenant_id, scopes=[*SCOPES, ERP])
    return asked.access_token


@pytest.fixture
def ask() -> Iterator[Ask]:
    pump = Pump(PumpOptions(None, 2, 10, 2, 2, LOCAL))

    def answered(call: Call) -> Answer:
        pump.add(call)
        while True:
            for answer in pump.poll(1.0):
                return answer

    yield answered
    pump.close()


def in_time() -> Deadline:
    return Deadline(boot_time() + 60)


def order(sandbox: SandboxProcess, token: str, reference: str = "W-1") -> Call:
    line = {"inventoryId": "A-1", "quantity": 2, "unitPrice": 10.5, "hasManualPrice": True}
    payload = {
        "type": "SO",
        "customer": {"id": "10001", "order": reference, "refNo": reference},
        "orderLines": [line],
    }
    return new_order_call(sandbox.url, token, json.dumps(payload).encode(), reference, in_time())


def page(sandbox: SandboxProcess, token: str) -> Call:
    since = datetime.now(UTC) - timedelta(hours=1)
    return list_call(sandbox.url, token, modified_since=since, key="list", deadline=in_time())


@pytest.mark.parametrize("auth_method", ["basic", "post"])
def test_gets_a_token_for_an_approved_company(
    service: Client, tenant_id: str, auth_method: str
) -> None:
    client = replace(service, auth_method=auth_method)  # type: ignore[arg-type]  # a Literal

    answer = client_credentials(client, tenant_id=tenant_id, scopes=SCOPES)

    assert (answer.expires_in, answer.scopes) == (3600, frozenset(SCOPES))
    assert (answer.refresh_token, answer.id_token) == (None, None)
    assert tenant_of(answer.access_token) == tenant_id


def test_gets_no_token_for_another_company(sandbox: SandboxProcess, service: Client) -> None:
    other = sandbox.company("Fjordlys Danmark ApS")["tenant_id"]

    with pytest.raises(Refused) as refusal:
        client_credentials(service, tenant_id=other, scopes=SCOPES)

    assert refusal.value.error == "invalid_tenant"


def test_reads_the_company_behind_a_token(
    sandbox: SandboxProcess, service: Client, token: str
) -> None:
    organization = read_organization(sandbox.url, token, service.transport)

    assert (organization.name, organization.number) == ("Fjordlys AS", "999111222")
    assert (organization.country, organization.currency) == ("NO", "NOK")
    assert organization.rate_limit is not None


def test_reads_nothing_with_a_token_that_was_ended(
    sandbox: SandboxProcess, service: Client, token: str, tenant_id: str
) -> None:
    sandbox.control("DELETE", "tokens", {"tenant_id": tenant_id})

    with pytest.raises(Unauthorized):
        read_probe(sandbox.url, token, service.transport)


def test_makes_the_doctors_read(sandbox: SandboxProcess, service: Client, token: str) -> None:
    # The customer of the getting-started guide.
    assert read_probe(sandbox.url, token, service.transport).customers == 1


def test_finds_the_keys(service: Client) -> None:
    assert KeySet(service.endpoints.jwks, service.transport).key("unknown") is None


def test_delivers_an_order_and_finds_it_again(
    sandbox: SandboxProcess, token: str, ask: Ask
) -> None:
    created = ask(order(sandbox, token))
    verdict = classify(created, after_doubt=False)

    assert verdict == Verdict(Outcome.DELIVERED, number=("SO", "000001"))
    assert answered_at(created) is not None
    assert rate_limit(created) is not None

    rows = listed(ask(page(sandbox, token))).rows
    one = order_read(ask(read_call(sandbox.url, token, "SO", "000001", key=1, deadline=in_time())))
    assert len(rows) == 1
    for found in (*rows, one):
        assert (found.type, found.order_id, found.customer_id) == ("SO", "000001", "10001")
        assert (found.customer_order, found.customer_ref_no) == ("W-1", "W-1")
        assert found.order_total == Decimal(21)


def test_misses_an_order_that_is_not_there(sandbox: SandboxProcess, token: str, ask: Ask) -> None:
    answer = ask(read_call(sandbox.url, token, "SO", "000009", key=1, deadline=in_time()))

    assert classify_read(answer) is Read.MISSING


def test_learns_why_an_order_was_refused(
    sandbox: SandboxProcess, service: Client, ask: Ask
) -> None:
    strict = sandbox.company("Fjordlys Danmark ApS")["tenant_id"]
    token = sandbox.token(service.client_id, strict)

    verdict = classify(ask(order(sandbox, token)), after_doubt=False)

    assert verdict.outcome is Outcome.REFUSED
    assert verdict.problem is not None
    assert {detail.number() for detail in verdict.problem.details} == {"1400", "1804"}


@pytest.mark.parametrize(
    ("fault", "outcome", "stored"),
    [
        ({"do": "commit_then_drop"}, Outcome.UNKNOWN, 1),
        ({"do": "commit_then_reset"}, Outcome.UNKNOWN, 1),
        ({"do": "drop_before_commit"}, Outcome.UNKNOWN, 0),
        ({"do": "cut_headers", "cut_at": "status_line"}, Outcome.UNKNOWN, 1),
        ({"do": "cut_headers", "cut_at": "within_location"}, Outcome.UNKNOWN, 1),
        ({"do": "cut_headers", "cut_at": "after_location"}, Outcome.UNKNOWN, 1),
        ({"do": "cut_headers", "cut_at": "before_blank_line"}, Outcome.UNKNOWN, 1),
        ({"do": "wrong_location", "location": "/login"}, Outcome.UNKNOWN, 1),
        ({"do": "status", "status": 503, "commit": True}, Outcome.UNKNOWN, 1),
        ({"do": "status", "status": 409}, Outcome.UNKNOWN, 0),
        ({"do": "status", "status": 403}, Outcome.LANE_REFUSED, 0),
        ({"do": "unauthorized"}, Outcome.UNAUTHORIZED, 0),
        ({"do": "throttle", "seconds": 7}, Outcome.THROTTLED, 0),
    ],
    ids=str,
)
@pytest.mark.parametrize("reused", [False, True])
def test_sends_an_order_once_under_every_fault(
    sandbox: SandboxProcess,
    token: str,
    tenant_id: str,
    ask: Ask,
    fault: dict[str, object],
    outcome: Outcome,
    stored: int,
    reused: bool,
) -> None:
    if reused:
        ask(page(sandbox, token))
    sandbox.fault(**fault)  # type: ignore[arg-type]  # "do" and what belongs to it

    verdict = classify(ask(order(sandbox, token)), after_doubt=False)

    assert verdict.outcome is outcome
    assert len(sandbox.orders(tenant_id, "W-1")) == stored
    assert verdict.retry_after == (7.0 if outcome is Outcome.THROTTLED else None)
