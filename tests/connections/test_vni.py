"""Kind vni, in a browser: from the link to companies that are read over the ERP API."""

from __future__ import annotations

import pytest

from integrations.connections.models import Connection, Grant, Integration
from integrations.connections.services import registration
from tests.connections.conftest import REGNSKAP, Invite, Person
from tests.sandbox_process import SandboxProcess

CHOOSE = "Which companies should get orders?"
NORWAY, DENMARK = "context-3140001", "context-3140003"


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


def picks(person: Person, *companies: str) -> str:
    consent = person.shown.context["consent"]
    return person.press(f"/connect/{consent.pk}/companies/", company=list(companies))


def test_connects_the_companies_the_person_picks(
    vni_integration: Integration, invite: Invite, person: Person, sandbox: SandboxProcess
) -> None:
    person.open(invite(vni_integration))

    assert person.comes_back(REGNSKAP) == CHOOSE
    assert picks(person, NORWAY, DENMARK) == "2 companies are connected"

    grant = Grant.objects.get()
    assert (grant.kind, grant.visma_user, grant.kept_until) == ("vni", REGNSKAP, None)
    assert (grant.access_expires_at, grant.sealed_refresh_token) == (None, None)
    rows = Connection.objects.order_by("company__context_id")
    assert [(each.company.context_id, each.state, each.grant) for each in rows] == [
        ("3140001", "connected", grant),
        ("3140003", "connected", grant),
    ]
    assert [each.company.number for each in rows] == ["999111222", "99887766"]
