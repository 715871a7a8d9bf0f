"""A deployment that names a context endpoint: the person picks, and no order goes astray."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from integrations.connections.models import Connection, Integration
from tests.connections.conftest import Invite, Person
from tests.sandbox_process import SandboxProcess


class Contexts(BaseHTTPRequestHandler):
    """Answers every GET with the companies it was told."""

    companies: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        body = json.dumps(self.companies).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Silent."""


@pytest.fixture
def contexts(settings: Any) -> Iterator[type[Contexts]]:
    server = HTTPServer(("127.0.0.1", 0), Contexts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.VISMA_CONNECT_CONTEXT_URL = f"http://127.0.0.1:{server.server_port}/context"
    Contexts.companies = []
    yield Contexts
    server.shutdown()
    server.server_close()


def company(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "name": name, "type": "Company"}


def test_the_company_the_token_is_for_can_be_picked_and_no_other(
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    contexts: type[Contexts],
) -> None:
    contexts.companies = [company(3140001, "Fjordlys AS"), company(3140002, "Fjordlys Sverige AB")]
    person.open(invite(integration))

    assert person.comes_back() == "Which companies should get orders?"
    consent = person.shown.context["consent"]
    address = f"/connect/{consent.pk}/companies/"
    assert person.press(address, company="context-3140002") == "Which companies should get orders?"
    assert person.confirms() == "Fjordlys AS is connected"

    connection = Connection.objects.get()
    assert connection.company.context_id == "3140001"
    assert str(connection.company.visma_tenant_id) == sandbox.company("Fjordlys AS")["tenant_id"]


def test_an_empty_list_names_the_role(
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    contexts: type[Contexts],
) -> None:
    person.open(invite(integration))

    assert person.comes_back() == "Visma shows this user no company"


def test_several_are_picked_but_only_the_tokens_own_is_connected(
    integration: Integration,
    invite: Invite,
    person: Person,
    sandbox: SandboxProcess,
    contexts: type[Contexts],
) -> None:
    contexts.companies = [company(3140001, "Fjordlys AS"), company(3140002, "Fjordlys Sverige AB")]
    sandbox.fault("status", on="organization", status=404)
    person.open(invite(integration))
    person.comes_back()
    consent = person.shown.context["consent"]

    person.press(
        f"/connect/{consent.pk}/companies/", company=["context-3140001", "context-3140002"]
    )

    states = {str(each.company): each.state for each in Connection.objects.all()}
    assert states == {"Fjordlys AS": "connected", "Fjordlys Sverige AB": "broken"}
    assert Connection.objects.get(state="broken").problem == "wrong_company"
