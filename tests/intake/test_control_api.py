"""Holding back, letting go, cancelling and sending again over HTTP: one thing, or by filter."""

from __future__ import annotations

import json
import uuid
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from integrations.audit.models import AuditEvent
from integrations.connections.models import Connection
from integrations.deliveries import tasks
from integrations.deliveries.models import BulkAct, Delivery, Pause
from integrations.deliveries.services import pausing, reaches
from integrations.deliveries.services.clock import database_now
from integrations.tenants.models import Tenant, User
from tests.intake.conftest import Connect, order
from tests.intake.test_api import address, problem, submit
from tests.workspace.seeds import make_connection

pytestmark = pytest.mark.usefixtures("rung")

DELIVERED = {"state": "delivered", "visma_type": "SO", "visma_number": "1"}


def send(api: Client, method: str, path: str, body: object = None) -> Any:
    text = "" if body is None else json.dumps(body)
    return getattr(api, method)(f"/api/v1{path}", text, content_type="application/json")


def decide(api: Client, connection: Connection, do: str, reference: str = "WEB-1001") -> Any:
    path = address(connection, f"/{reference}").removeprefix("/api/v1")
    return send(api, "post", path, {"do": do})


def put(**columns: object) -> None:
    Delivery.objects.update(**columns)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often the bell was rung, instead of a broker that hears it."""
    heard: list[str] = []
    for place in ("intake.api.operations", "intake.api.control", "deliveries.tasks"):
        monkeypatch.setattr(f"integrations.{place}.ring", lambda: heard.append("ring"))
    return heard


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    """One that works, so that only a pause holds its orders."""
    return make_connection(tenant)


@pytest.fixture
def accepted(api: Client, connection: Connection) -> Delivery:
    submit(api, connection, order())
    return Delivery.objects.get()


def test_pauses_and_resumes_an_order_as_often_as_asked(
    api: Client, connection: Connection, accepted: Delivery
) -> None:
    for _ in range(2):
        answer = decide(api, connection, "pause")
        assert (answer.status_code, answer.json()["held"]) == (HTTPStatus.OK, "order-paused")
    for _ in range(2):
        assert decide(api, connection, "resume").json()["held"] != "order-paused"

    events = AuditEvent.objects.filter(verb__startswith="delivery.").order_by("number")
    verbs = list(events.values_list("verb", flat=True))
    assert verbs == ["delivery.paused", "delivery.resumed"]
    assert "API key …" in AuditEvent.objects.latest("number").facts["by_machine"]


def test_cancels_and_sends_again_as_often_as_asked(
    api: Client, connection: Connection, accepted: Delivery, rung: list[str]
) -> None:
    for _ in range(2):
        answer = decide(api, connection, "cancel")
        assert (answer.status_code, answer.json()["state"]) == (HTTPStatus.OK, "cancelled")
    rung.clear()
    for _ in range(2):
        answer = decide(api, connection, "resend")
        assert (answer.status_code, answer.json()["state"]) == (HTTPStatus.OK, "pending")

    assert rung
    assert AuditEvent.objects.filter(verb="delivery.resent").count() == 1


@pytest.mark.parametrize(
    ("columns", "do", "code"),
    [
        (DELIVERED, "cancel", "order-delivered"),
        (DELIVERED, "resend", "order-delivered"),
        (DELIVERED, "pause", "order-delivered"),
        ({"state": "cancelled"}, "pause", "order-cancelled"),
        ({"state": "parked", "reason": "several_found"}, "resend", "decide-first"),
        ({"state": "parked", "reason": "double_suspected"}, "cancel", "decide-first"),
    ],
)  # fmt: skip
def test_refuses_what_the_state_does_not_allow(
    api: Client, connection: Connection, accepted: Delivery, columns: Any, do: str, code: str
) -> None:
    put(**columns)

    assert problem(decide(api, connection, do)) == (HTTPStatus.CONFLICT, code)
    assert Delivery.objects.get().state == columns["state"]


def test_points_at_what_is_wrong_with_a_body(
    api: Client, connection: Connection, accepted: Delivery
) -> None:
    answer = decide(api, connection, "explode")

    assert problem(answer) == (HTTPStatus.UNPROCESSABLE_ENTITY, "body-refused")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/do"]
    extra = send(api, "put", "/pause", {"why": "x", "until": "noon"})
    assert extra.json()["errors"][0]["pointer"] == "#/until"
    assert not Pause.objects.exists()


@pytest.mark.parametrize(
    ("path", "scope", "held"),
    [
        ("/pause", "tenant", "tenant-paused"),
        ("/integrations/webshop/pause", "integration", "integration-paused"),
        ("/companies/{company}/pause", "connection", "paused"),
    ],
)
def test_pauses_and_resumes_each_level_a_key_may_touch(
    api: Client, connection: Connection, accepted: Delivery, path: str, scope: str, held: str
) -> None:
    path = path.replace("{company}", str(connection.company_id))

    first = send(api, "put", path, {"why": "Stock-taking"}).json()
    again = send(api, "put", path).json()

    assert first == again == send(api, "get", "/pauses").json()
    (stands,) = first["pauses"]
    assert (stands["scope"], stands["why"], stands["by_staff"]) == (scope, "Stock-taking", False)
    assert stands["by"].startswith("API key …")
    assert stands["company"] == (str(connection.company_id) if scope == "connection" else None)
    read = api.get(address(connection, "/WEB-1001")).json()
    assert read["held"] == held
    assert send(api, "delete", path).json() == {"pauses": []}
    assert send(api, "delete", path).json() == {"pauses": []}


def test_a_key_lifts_nothing_that_staff_paused(
    api: Client, connection: Connection, staff: User, tenant: Tenant
) -> None:
    pausing.pause(reaches.of_tenant(tenant, by_staff=True), by=staff, now=database_now())
    pausing.pause(reaches.everything(), by=staff, why="Moving", now=database_now())

    left = send(api, "delete", "/pause").json()["pauses"]

    assert [(p["scope"], p["by_staff"], p["by"]) for p in left] == [
        ("everything", True, ""), ("tenant", True, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", "/companies/{company}/pause"), ("delete", "/companies/{company}/pause"),
        ("put", "/integrations/{integration}/pause"),
        ("delete", "/integrations/{integration}/pause"),
        ("post", "/companies/{company}/orders/WEB-9"),
        ("get", "/bulk-acts/{act}"), ("post", "/bulk-acts/{act}/stop"),
    ],
)  # fmt: skip
def test_what_is_anothers_is_not_there(
    api: Client, stranger: Tenant, connect: Connect, method: str, path: str
) -> None:
    theirs = connect(stranger, "Granitt AS", integration="theirs")
    act = BulkAct.objects.create(
        tenant=stranger, deed="cancel", selection={"state": "held"}, selection_digest="x",
        started_at=database_now(),
    )  # fmt: skip
    path = path.format(company=theirs.company_id, integration="theirs", act=act.pk)

    body = None if method == "get" else {"do": "cancel"}
    assert problem(send(api, method, path, body)) == (HTTPStatus.NOT_FOUND, "not-found")
    act.refresh_from_db()
    assert act.state == "running"
    assert not Pause.objects.exists()
    for nothing in ("/bulk-acts/nonsense", f"/bulk-acts/{uuid.uuid4()}"):
        assert problem(send(api, "get", nothing))[0] == HTTPStatus.NOT_FOUND


def test_previews_starts_reads_and_lists_a_bulk_act(
    api: Client, connection: Connection, rung: list[str]
) -> None:
    for number in range(3):
        submit(api, connection, order(f"WEB-{number}"))
    Delivery.objects.exclude(order__reference="WEB-2").update(
        state="rejected", settled_at=database_now()
    )
    wanted = {"deed": "resend", "filter": {"company": str(connection.company_id), "text": "WEB-"}}

    shown = send(api, "post", "/bulk-acts/preview", wanted).json()
    started = send(api, "post", "/bulk-acts", wanted)

    assert shown == {
        "count": 2, "left_out": {"resend-pending": 1}, "sample": ["WEB-1", "WEB-0"],
    }  # fmt: skip
    assert started.status_code == HTTPStatus.ACCEPTED
    act = started.json()
    assert started["Location"] == act["href"]
    assert (act["state"], act["found"], act["seen"], act["outcomes"]) == ("done", 2, 2, {"sent": 2})
    assert act["filter"] == {**wanted["filter"], "integration": "webshop"}  # type: ignore[dict-item]  # a literal
    path = act["href"].removeprefix(f"{settings.PUBLIC_URL}/api/v1")
    assert send(api, "get", path).json() == act
    assert send(api, "get", "/bulk-acts").json() == {"acts": [act]}
    assert send(api, "post", f"{path}/stop").json() == act


def test_the_same_request_finds_the_act_that_runs_and_a_stop_ends_it(
    api: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "ACTED_AT_ONCE", -1)
    monkeypatch.setattr(tasks.carry_out_act, "apply_async", lambda *args, **given: None)
    wanted = {"deed": "cancel", "filter": {"state": "held", "since": "2026-11-01"}}

    first, again = (send(api, "post", "/bulk-acts", wanted) for _ in range(2))

    assert (first.status_code, again.status_code) == (HTTPStatus.ACCEPTED, HTTPStatus.OK)
    assert first.json() == again.json()
    assert first.json()["state"] == "running"
    path = f"/bulk-acts/{first.json()['id']}/stop"
    assert [send(api, "post", path).json()["state"] for _ in range(2)] == ["stopped"] * 2
    assert AuditEvent.objects.filter(verb="bulk_act.stopped").count() == 1


@pytest.mark.parametrize(
    ("wanted", "code", "pointer"),
    [
        ({"deed": "cancel", "filter": {}}, "filter-empty", None),
        ({"deed": "cancel", "filter": {"text": "  "}}, "filter-empty", None),
        ({"deed": "explode", "filter": {"state": "held"}}, "body-refused", "#/deed"),
        ({"deed": "cancel", "filter": {"state": "lost"}}, "body-refused", "#/filter/state"),
        ({"deed": "cancel", "filter": {"colour": "red"}}, "body-refused", "#/filter/colour"),
        ({"deed": "cancel", "filter": {"since": "soon"}}, "body-refused", "#/filter/since"),
        ({"deed": "cancel"}, "body-refused", "#/filter"),
    ],
)
@pytest.mark.parametrize("path", ["/bulk-acts", "/bulk-acts/preview"])
def test_refuses_a_bulk_act_it_cannot_read_or_that_leaves_nothing_out(
    api: Client, connection: Connection, path: str, wanted: Any, code: str, pointer: str | None
) -> None:
    answer = send(api, "post", path, wanted)

    assert problem(answer) == (HTTPStatus.UNPROCESSABLE_ENTITY, code)
    pointers = [error["pointer"] for error in answer.json().get("errors", [])]
    assert pointers == ([pointer] if pointer else [])
    assert not BulkAct.objects.exists()
