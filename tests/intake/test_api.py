from __future__ import annotations

import json
import threading
import uuid
from datetime import datetime
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.intake.models import ApiKey
from integrations.intake.services import api_keys
from integrations.keyring import tokens
from integrations.orders.models import SalesOrder
from integrations.tenants.models import Tenant, User
from tests.intake.conftest import NOON, Connect, order

pytestmark = pytest.mark.usefixtures("rung")


def address(connection: Connection, tail: str = "") -> str:
    return f"/api/v1/companies/{connection.company_id}/orders{tail}"


def submit(api: Client, connection: Connection, body: object, tail: str = "") -> Any:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return api.post(address(connection, tail), text, content_type="application/json")


def problem(response: Any) -> tuple[int, str]:
    """Status and code of a problem document that says everything it must."""
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["type"] == f"{settings.PUBLIC_URL}/api/v1/problems/{body['code']}"
    assert body["title"]
    assert body["detail"]
    return response.status_code, body["code"]


def written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stored() -> int:
    assert SalesOrder.objects.count() == Delivery.objects.count()
    return SalesOrder.objects.count()


def test_accepts_an_order(api: Client, connection: Connection, rung: list[str]) -> None:
    response = submit(api, connection, order())

    assert response.status_code == HTTPStatus.ACCEPTED
    accepted = SalesOrder.objects.get()
    assert response.json() == {
        "reference": "WEB-1001",
        "company": str(connection.company_id),
        "integration": "webshop",
        "submitted_at": written(accepted.submitted_at),
        "href": f"{settings.PUBLIC_URL}{address(connection)}/WEB-1001?integration=webshop",
    }
    assert response["Location"] == response.json()["href"]
    assert accepted.content == order()
    assert accepted.delivery.state == Delivery.State.PENDING
    assert accepted.delivery.lane.connection == connection
    assert rung == ["ring"]


def test_answers_the_same_order_again_alike(
    api: Client, connection: Connection, rung: list[str]
) -> None:
    first = submit(api, connection, order())
    again = submit(api, connection, order(currency=None, lines=[
        {"unit_price": 2.55, "quantity": "6.0", "item": "22622"}
    ]))  # fmt: skip

    assert again.status_code == HTTPStatus.ACCEPTED
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert stored() == 1
    assert rung == ["ring"]


def test_refuses_a_reference_for_another_order(api: Client, connection: Connection) -> None:
    submit(api, connection, order())

    response = submit(api, connection, order(buyer="10043"))

    assert problem(response) == (409, "reference-reused")
    assert SalesOrder.objects.get().buyer == "10042"


def test_points_at_every_fault(api: Client, connection: Connection) -> None:
    response = submit(api, connection, order(buyer="", lines=[{"item": "1", "quantity": "-1"}]))

    assert problem(response) == (422, "order-refused")
    assert response.json()["errors"] == [
        {"pointer": "#/buyer", "code": "missing", "detail": "This is missing."},
        {
            "pointer": "#/lines/0/quantity",
            "code": "not-positive",
            "detail": "The quantity must be above zero. A return is not a sales order.",
            "value": "-1",
        },
    ]
    assert stored() == 0


@pytest.mark.parametrize(
    "body",
    [
        " ", "{", "[]", "null", '"order"', '{"reference": "1", "reference": "2"}', '{"a": NaN}',
        b"\xff\xfe", "[" * 100_000, '{"a": ' + "1" * 5000 + "}", "{} {}",
    ],
)  # fmt: skip
def test_refuses_what_is_no_json_object(
    api: Client, connection: Connection, body: str | bytes
) -> None:
    assert problem(submit(api, connection, body)) == (400, "not-json")
    assert stored() == 0


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_takes_only_json(api: Client, connection: Connection, content_type: str) -> None:
    response = api.post(address(connection), json.dumps(order()), content_type=content_type)

    assert problem(response) == (415, "content-type")
    assert stored() == 0


def test_refuses_a_body_beyond_the_bound(api: Client, connection: Connection) -> None:
    body = order(description="x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    assert problem(submit(api, connection, body)) == (413, "too-large")
    assert stored() == 0


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "no-api-key"),
        ("Bearer", "no-api-key"),
        ("Basic dXNlcjpwYXNz", "no-api-key"),
        ("Bearer vp_live_short", "api-key-refused"),
        ("Bearer " + tokens.new_key("vp_live"), "api-key-refused"),
        ("Bearer " + tokens.new_key("vp_test"), "api-key-refused"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_lets_nobody_in_without_a_key(
    connection: Connection, header: str | None, code: str, method: str
) -> None:
    client = Client(headers={"Authorization": header} if header else {})

    response = client.generic(method.upper(), address(connection), json.dumps(order()))

    assert problem(response) == (401, code)
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert stored() == 0


def test_lets_a_revoked_key_in_no_more(
    api: Client, key: tuple[ApiKey, str], member: User, connection: Connection
) -> None:
    api_keys.revoke(key[0], by=member, now=NOON)

    assert problem(submit(api, connection, order())) == (401, "api-key-refused")
    assert stored() == 0


def test_does_not_let_a_session_in(member: User, connection: Connection) -> None:
    client = Client()
    client.force_login(member)

    assert problem(submit(client, connection, order())) == (401, "no-api-key")


def test_shows_a_key_its_own_tenant_only(api: Client, stranger: Tenant, connect: Connect) -> None:
    theirs = connect(stranger, "Granitt AS")

    assert problem(submit(api, theirs, order())) == (404, "not-found")
    assert problem(api.get(address(theirs))) == (404, "not-found")
    assert problem(api.get(address(theirs, "/WEB-1001"))) == (404, "not-found")
    assert stored() == 0


@pytest.mark.parametrize("company", [str(uuid.uuid4()), "1", "fjordlys", "%00"])
def test_knows_no_other_company(api: Client, company: str) -> None:
    assert problem(api.get(f"/api/v1/companies/{company}/orders")) == (404, "not-found")


def test_asks_which_of_several_integrations(
    api: Client, tenant: Tenant, connection: Connection, connect: Connect
) -> None:
    other = connect(tenant, integration="pos")

    refused = submit(api, connection, order())
    accepted = submit(api, connection, order(), "?integration=pos")
    unknown = submit(api, connection, order(), "?integration=mail")

    assert problem(refused) == (409, "several-integrations")
    assert refused.json()["integrations"] == ["pos", "webshop"]
    assert accepted.status_code == HTTPStatus.ACCEPTED
    assert accepted["Location"].endswith("/WEB-1001?integration=pos")
    assert problem(unknown) == (409, "not-connected")
    assert SalesOrder.objects.get().connection == other


def test_gives_each_integration_its_own_references(
    api: Client, tenant: Tenant, connection: Connection, connect: Connect
) -> None:
    connect(tenant, integration="pos")
    submit(api, connection, order(), "?integration=pos")

    response = submit(api, connection, order(buyer="1"), "?integration=webshop")

    assert response.status_code == HTTPStatus.ACCEPTED
    assert stored() == 2


def test_takes_no_order_where_nothing_was_ever_connected(
    api: Client, connection: Connection
) -> None:
    connection.delete()

    assert problem(submit(api, connection, order())) == (409, "not-connected")


def test_lets_orders_wait_for_a_broken_connection(api: Client, connection: Connection) -> None:
    Connection.objects.update(state=Connection.State.BROKEN, problem="no-access")

    assert submit(api, connection, order()).status_code == HTTPStatus.ACCEPTED
    assert api.get(address(connection, "/WEB-1001")).json()["held"] == "broken"


def test_counts_the_prefix_of_the_integration(
    api: Client, tenant: Tenant, connect: Connect
) -> None:
    connection = connect(tenant, prefix="WEB-")

    response = submit(api, connection, order("x" * 37))

    assert problem(response) == (422, "order-refused")
    assert response.json()["errors"][0]["code"] == "reference-too-long"
    assert submit(api, connection, order("x" * 36)).status_code == HTTPStatus.ACCEPTED


def test_tells_where_an_order_is(api: Client, connection: Connection) -> None:
    submit(api, connection, order())
    Delivery.objects.update(
        state=Delivery.State.DELIVERED, visma_type="SO", visma_number="000123", attempt=1,
        settled_at=NOON,
    )  # fmt: skip

    response = api.get(address(connection, "/WEB-1001"))

    accepted = SalesOrder.objects.get()
    assert response.status_code == HTTPStatus.OK
    assert response.json() == {
        "reference": "WEB-1001",
        "state": "delivered",
        "priority": "normal",
        "held": None,
        "reason": None,
        "visma": {"type": "SO", "number": "000123"},
        "problem": None,
        "buyer": "10042",
        "date": "2010-12-01",
        "total": "15.30",
        "line_count": 1,
        "source": "api",
        "submitted_at": written(accepted.submitted_at),
        "settled_at": "2026-11-20T12:00:00Z",
        "attempts": 1,
        "order": order(),
    }


def test_tells_no_total_where_the_erp_sets_a_price(api: Client, connection: Connection) -> None:
    submit(api, connection, order(lines=[{"item": "1", "quantity": "1"}]))

    assert api.get(address(connection, "/WEB-1001")).json()["total"] is None


@pytest.mark.parametrize("reference", ["2024/001", "a b", "50%", "a?b#c", "Ærø", "/", "+1"])
def test_finds_an_order_by_the_location_it_was_given(
    api: Client, connection: Connection, reference: str
) -> None:
    location = submit(api, connection, order(reference))["Location"]

    found = api.get(location.removeprefix(settings.PUBLIC_URL))

    assert found.json()["reference"] == reference


@pytest.mark.parametrize("reference", ["WEB-1002", "web-1001", "%00", "%ff"])
def test_knows_no_order_nobody_sent(api: Client, connection: Connection, reference: str) -> None:
    submit(api, connection, order())

    assert problem(api.get(address(connection, f"/{reference}"))) == (404, "not-found")


def test_lists_orders_newest_first_page_by_page(api: Client, connection: Connection) -> None:
    for number in range(5):
        submit(api, connection, order(f"WEB-{number}"))

    pages, following = [], f"{settings.PUBLIC_URL}{address(connection)}?limit=2"
    while following:
        page = api.get(following.removeprefix(settings.PUBLIC_URL)).json()
        pages.append([listed["reference"] for listed in page["orders"]])
        following = page["next"]

    assert pages == [["WEB-4", "WEB-3"], ["WEB-2", "WEB-1"], ["WEB-0"]]


def test_lists_orders_in_one_state(api: Client, connection: Connection) -> None:
    for number in range(5):
        submit(api, connection, order(f"WEB-{number}"))
    Delivery.objects.filter(order__reference__in=["WEB-1", "WEB-2", "WEB-4"]).update(
        state=Delivery.State.REJECTED
    )

    first = api.get(address(connection, "?state=rejected&limit=2")).json()
    second = api.get(first["next"].removeprefix(settings.PUBLIC_URL)).json()

    assert [listed["reference"] for listed in first["orders"]] == ["WEB-4", "WEB-2"]
    assert [listed["reference"] for listed in second["orders"]] == ["WEB-1"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"), ("state=sent", "state"),
     ("before=-1", "before"), (f"before={10**30}", "before")],
)  # fmt: skip
def test_refuses_a_parameter_it_cannot_read(
    api: Client, connection: Connection, query: str, parameter: str
) -> None:
    response = api.get(address(connection, f"?{query}"))

    assert problem(response) == (422, "query-refused")
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_names_the_methods_an_address_takes(
    api: Client, connection: Connection, method: str
) -> None:
    response = api.generic(method, address(connection))

    assert problem(response) == (405, "method-not-allowed")
    assert set(response["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("path", ["", "orders", "companies/", "companies/1/customers", "docs/x"])
def test_speaks_of_problems_at_every_address(path: str, db: None) -> None:
    assert problem(Client().get(f"/api/v1/{path}")) == (404, "not-found")


def test_answers_a_fault_of_ours_without_saying_more(
    api: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("integrations.intake.services.accepting.accept", fail)

    response = submit(api, connection, order())

    assert problem(response) == (500, "fault-of-ours")
    assert "disk" not in response.content.decode()


def test_explains_each_problem(db: None) -> None:
    kind = Client().get("/api/v1/problems/reference-reused").json()

    assert kind["status"] == HTTPStatus.CONFLICT
    assert problem(Client().get("/api/v1/problems/no-such")) == (404, "not-found")


def test_shows_its_documents_to_staff_only(member: User, staff: User) -> None:
    def seen(user: User | None, page: str) -> int:
        client = Client()
        if user:
            client.force_login(user)
        return client.get(f"/api/v1/{page}").status_code

    for page in ("docs", "openapi.json"):
        assert [seen(user, page) for user in (None, member, staff)] == [302, 404, 200]


def test_notes_a_keys_use_to_the_minute(
    api: Client, key: tuple[ApiKey, str], connection: Connection
) -> None:
    api.get(address(connection))
    key[0].refresh_from_db()
    first = key[0].last_used_at
    api.get(address(connection))
    key[0].refresh_from_db()

    assert first is not None
    assert key[0].last_used_at == first


@pytest.mark.django_db(transaction=True)
def test_takes_an_order_once_from_six_at_a_time(api: Client, connection: Connection) -> None:
    answers: list[Any] = []
    start = threading.Barrier(6)
    key = api.defaults["HTTP_AUTHORIZATION"]

    def send() -> None:
        start.wait()
        answers.append(submit(Client(headers={"Authorization": key}), connection, order()))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [HTTPStatus.ACCEPTED] * 6
    assert len({answer.content for answer in answers}) == 1
    assert stored() == 1
