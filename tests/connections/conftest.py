"""A tenant, what it is offered, and a person on the way to Visma and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from django.test import Client
from django.utils import timezone

from integrations.connections.models import Application, Connection, Integration, Invitation
from integrations.connections.services import invitations, registration, visma_clients
from integrations.connections.views.visits import COOKIE
from integrations.tenants.models import Tenant
from tests.connections.evil_connect import EvilConnect
from tests.sandbox_process import SandboxProcess
from tests.walker import heading, walk_consent

SALES_ORDERS = ["visma.net.erp.salesorder:read", "visma.net.erp.salesorder:write"]
NORDHANDEL = "nordhandel@fjordlys.example"
REGNSKAP = "regnskap@fjordlys.example"
INVITATION_CODE = "FJORD-2048-LYS"


@pytest.fixture
def application(db: None) -> Application:
    return registration.register_application(
        name="Nordhandel Orders",
        slug="nordhandel",
        kind="connect",
        client_id="isv_nordhandel_web",
        secret="sandbox-web-secret",
        one_time_refresh=True,
    )


@pytest.fixture
def integration(application: Application) -> Integration:
    return registration.offer(
        application, name="Webshop orders", slug="webshop", scopes=SALES_ORDERS
    )


@pytest.fixture
def service_integration(db: None) -> Integration:
    application = registration.register_application(
        name="Nordhandel Orders (service)",
        slug="nordhandel-service",
        kind="service",
        client_id="isv_nordhandel_service",
        secret="sandbox-service-secret",
        invitation_code=INVITATION_CODE,
    )
    return registration.offer(
        application,
        name="Webshop orders (service)",
        slug="webshop-service",
        scopes=[*SALES_ORDERS, "vismanet_erp_service_api:read"],
    )


@pytest.fixture
def vni_integration(db: None) -> Integration:
    application = registration.register_application(
        name="Nordhandel Orders (VNI)",
        slug="nordhandel-vni",
        kind="vni",
        client_id="isv_nordhandel_web",
        secret="sandbox-web-secret",
    )
    return registration.offer(
        application, name="Webshop orders (VNI)", slug="webshop-vni", scopes=["financialstasks"]
    )


@dataclass
class Person:
    """Somebody with a browser: cookies for the portal, and others for Visma."""

    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=False))
    session: requests.Session = field(default_factory=requests.Session)
    shown: Any = None

    def open(self, token: str) -> str:
        """Open the link; the heading of the page it leads to."""
        return self.get(f"/i/{token}")

    def get(self, path: str) -> str:
        return self._show(self.client.get(path, follow=True))

    def press(self, path: str, **fields: Any) -> str:
        """Send a form and follow; the heading of the page that is shown."""
        return self._show(self.client.post(path, fields, follow=True))

    def to_visma(self, **fields: str) -> str:
        """Press “Continue to Visma”; the address the browser is sent to."""
        answer = self.client.post("/connect/begin/", fields)
        assert answer.status_code == 303, answer.content
        return str(answer["Location"])

    def consents(self, email: str = NORDHANDEL, **walk: Any) -> str:
        """Continue to Visma and sign in there; the callback's path and query, not visited."""
        address = walk_consent(self.session, self.to_visma(), email, **walk)
        return "/" + address.split("/", 3)[3]

    def comes_back(self, email: str = NORDHANDEL, **walk: Any) -> str:
        return self.get(self.consents(email, **walk))

    def confirms(self) -> str:
        """Press on the company page as it is shown."""
        candidates = self.shown.context["candidates"]
        keys = [each.key for each in candidates if not each.locked]
        consent = self.shown.context["consent"]
        return self.press(f"/connect/{consent.pk}/companies/", company=keys)

    @property
    def cookie(self) -> str:
        return self.client.cookies[COOKIE].value

    def _show(self, answer: Any) -> str:
        self.shown = answer
        return heading(answer.content.decode())


@pytest.fixture
def person() -> Person:
    return Person()


Invite = Callable[..., str]


@pytest.fixture
def invite(tenant: Tenant) -> Invite:
    """Make an invitation; its token."""

    def make(integration: Integration, **more: Any) -> str:
        _, token = invitations.make(
            tenant, integration, **({"email": NORDHANDEL} | more), now=timezone.now()
        )
        return token

    return make


@pytest.fixture
def evil(settings: Any) -> Iterator[EvilConnect]:
    """A server in Visma's place that may lie; all of the portal's addresses name it."""
    server = EvilConnect()
    settings.VISMA_PLAIN_HTTP_HOSTS = [server.host]
    settings.VISMA_CONNECT_ISSUER = server.issuer
    for name in ("AUTHORIZE", "TOKEN", "USERINFO", "REVOCATION", "JWKS"):
        address = f"{server.issuer}/connect/{name.lower()}"
        setattr(settings, f"VISMA_CONNECT_{name}_URL", address)
    settings.VISMA_CONNECT_ORGANIZATION_URL = server.issuer
    settings.VISMA_CONNECT_SALES_ORDER_URL = server.issuer
    settings.VISMA_CONNECT_CONTEXT_URL = ""
    settings.VISMA_SERVICE_TOKEN_URL = settings.VISMA_CONNECT_TOKEN_URL
    settings.VISMA_SERVICE_ORGANIZATION_URL = server.issuer
    settings.VISMA_SERVICE_SALES_ORDER_URL = server.issuer
    visma_clients._signing_keys.cache_clear()
    yield server
    server.server.close()


@pytest.fixture
def visitor(integration: Integration, invite: Invite, person: Person, evil: EvilConnect) -> Person:
    """Somebody who has opened the link, before a Visma that may lie."""
    person.open(invite(integration))
    return person


@pytest.fixture
def connected(
    integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> Connection:
    """Fjordlys AS, connected through the pages."""
    person.open(invite(integration))
    person.comes_back()
    person.confirms()
    return Connection.objects.get(state="connected")


def invitation_of(token: str) -> Invitation:
    found = invitations.find(token)
    assert found is not None
    return found
