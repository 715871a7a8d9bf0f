"""The day a connection goes over from a sign-in to an approval: no order lost, none doubled."""

from __future__ import annotations

import threading

import pytest
from django.db import connection as database
from pytest_django import Settings

from integrations.connections.models import Connection
from integrations.connections.services import doctor, switching
from integrations.deliveries.models import Attempt, Delivery
from integrations.deliveries.services import lanes
from integrations.deliveries.services.clock import database_now
from tests.deliveries.conftest import Push, Submit
from tests.sandbox_process import SandboxProcess

WEB = "isv_nordhandel_web"
SCOPES = ["visma.net.erp.salesorder:read", "visma.net.erp.salesorder:write"]
REFERENCES = [f"WEB-{number}" for number in range(1, 9)]


@pytest.fixture
def by_sign_in(
    connection: Connection, at_sandbox: SandboxProcess, settings: Settings
) -> Connection:
    """The connection, under a person's token and with a Web application."""
    settings.VISMA_CONNECT_ORGANIZATION_URL = at_sandbox.url
    application = connection.integration.application
    application.kind, application.client_id = "connect", WEB
    if hasattr(application, "application_type"):
        application.application_type = "web"
    application.save()
    secret = application.secrets.get()
    secret.seal("sandbox-web-secret")
    secret.save()
    grant = connection.grant
    assert grant is not None
    token = at_sandbox.token(
        WEB, connection.company.visma_key, scopes=SCOPES, email="nordhandel@fjordlys.example"
    )
    grant.kind = "connect"
    grant.sealed_access_token = grant.sealed("access_token", token)
    grant.save()
    connection.refresh_from_db()
    return connection


def approve(sandbox: SandboxProcess, connection: Connection) -> None:
    approval = {"client_id": WEB, "tenant_id": connection.company.visma_key, "scopes": SCOPES}
    sandbox.control("POST", "approvals", approval)


def pushed_aside(push: Push) -> None:
    """A drain in a thread of its own, one order at a time."""
    try:
        push(slots_per_lane=1)
    finally:
        database.close()


@pytest.mark.needs_postgres
def test_orders_waiting_and_one_in_flight_land_once(
    transactional_db: None,
    by_sign_in: Connection,
    submit: Submit,
    push: Push,
    at_sandbox: SandboxProcess,
) -> None:
    for reference in REFERENCES:
        submit(reference, to=by_sign_in)
    approve(at_sandbox, by_sign_in)
    # The first is on its way, and answered late, when the way in changes under it.
    at_sandbox.fault("slow", seconds=3)
    drain = threading.Thread(target=pushed_aside, args=[push])
    drain.start()
    while not Attempt.objects.filter(ended_at=None).exists():
        threading.Event().wait(0.02)

    assert switching.to_service(by_sign_in, by=None, now=database_now()) is None
    at_sandbox.switch(v3_accepts_user_tokens=False)
    drain.join(60)
    # What is refused under the old token shuts the lane; the doctor's next read opens it.
    by_sign_in.refresh_from_db()
    assert doctor.examine(by_sign_in, now=database_now()).well
    lanes.open_proven()
    push()

    deliveries = Delivery.objects.all()
    assert {each.state for each in deliveries} == {Delivery.State.DELIVERED}
    verdict = at_sandbox.verdict()
    assert (verdict["orders"], verdict["duplicates"]) == (len(REFERENCES), 0)


def test_orders_refused_under_the_sign_in_wait_and_go_out_after_the_switch(
    by_sign_in: Connection, submit: Submit, push: Push, at_sandbox: SandboxProcess
) -> None:
    for reference in REFERENCES:
        submit(reference, to=by_sign_in)
    at_sandbox.switch(v3_accepts_user_tokens=False)
    push()
    assert doctor.examine(by_sign_in, now=database_now()).finding in {
        "user_not_taken",
        "forbidden",
    }
    assert at_sandbox.verdict()["orders"] == 0
    assert set(Delivery.objects.values_list("state", flat=True)) == {"pending"}

    approve(at_sandbox, by_sign_in)
    by_sign_in.refresh_from_db()
    assert switching.to_service(by_sign_in, by=None, now=database_now()) is None
    lanes.open_proven()
    push()

    verdict = at_sandbox.verdict()
    assert (verdict["orders"], verdict["duplicates"]) == (len(REFERENCES), 0)
