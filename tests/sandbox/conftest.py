"""One sandbox process for the whole suite; each test gets it as new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.sandbox.developer import Developer
from tests.sandbox.visitor import CALLBACK, SERVICE, Visitor
from tests.sandbox_process import SandboxProcess, start_sandbox


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[SandboxProcess]:
    with start_sandbox("--redirect-uri", CALLBACK) as process:
        yield process


@pytest.fixture
def sandbox(sandbox_process: SandboxProcess) -> SandboxProcess:
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture(autouse=True)
def turned(request: pytest.FixtureRequest) -> None:
    """Turns the switches that ``point`` names for this run of the test."""
    if switches := getattr(request, "param", {}):
        request.getfixturevalue("sandbox").switch(**switches)


@pytest.fixture
def visitor(sandbox: SandboxProcess) -> Visitor:
    return Visitor(sandbox.url)


@pytest.fixture
def developer(sandbox: SandboxProcess) -> Developer:
    """The demo developer, signed in to the Developer Portal."""
    developer = Developer(sandbox)
    developer.sign_in()
    return developer


@dataclass
class Api:
    """A service application at work in one company."""

    sandbox: SandboxProcess
    tenant_id: str
    token: str

    def post(self, order: Any, **more: Any) -> requests.Response:
        return self.call("POST", "/api/v3/SalesOrders", json=order, **more)

    def get(self, path: str, **query: str | int) -> requests.Response:
        return self.call("GET", path, params=query)

    def listed(self, **query: str | int) -> Any:
        answer = self.get("/api/v3/SalesOrders", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return requests.request(
            method, self.sandbox.url + path, headers=headers, timeout=10, **more
        )

    @property
    def numbers(self) -> list[str]:
        return [order["orderId"] for order in self.sandbox.orders(self.tenant_id)]


def _api(sandbox: SandboxProcess, company: str) -> Api:
    tenant_id = sandbox.company(company)["tenant_id"]
    return Api(sandbox, tenant_id, sandbox.token(SERVICE[0], tenant_id))


@pytest.fixture
def norway(sandbox: SandboxProcess) -> Api:
    """The demo company, which creates unknown customers and items."""
    return _api(sandbox, "Fjordlys AS")


@pytest.fixture
def denmark(sandbox: SandboxProcess) -> Api:
    """The strict company."""
    return _api(sandbox, "Fjordlys Danmark ApS")


def order(reference: str = "WEB-1", **changes: Any) -> dict[str, Any]:
    """An order that every company takes."""
    lines = [
        {"inventoryId": "22622", "quantity": 6, "unitPrice": 9.95, "hasManualPrice": True},
        {"inventoryId": "21755", "quantity": 3, "unitPrice": 5.95, "hasManualPrice": True},
    ]
    return {
        "type": "SO",
        "date": "2024-05-01T12:00:00Z",
        "customer": {"id": "10042", "order": reference, "refNo": reference},
        "orderLines": lines,
    } | changes
