"""Who may call: tokens of Connect and of VNI, companies, roles, licences, scopes."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.older_orders import older_order
from tests.sandbox.visitor import SERVICE, WEB
from tests.sandbox.vni_client import DENMARK, NORWAY, OLD_BASE, call, token
from tests.sandbox_process import SandboxProcess

V3 = "/api/v3/SalesOrders"
ORGANIZATION = "/v1/organization"
ON_OLD_BASE = f"{OLD_BASE}/organization"
ERP_READ = "vismanet_erp_service_api:read"
EXCEPTION = {
    "ExceptionType",
    "ExceptionMessage",
    "ExceptionFaultCode",
    "ExceptionMessageID",
    "ExceptionDetails",
}


def with_token(sandbox: SandboxProcess, company: str, path: str, **more: Any) -> requests.Response:
    tenant_id = sandbox.company(company)["tenant_id"]
    bearer = sandbox.token(more.pop("client_id", SERVICE[0]), tenant_id, **more)
    return get(sandbox, path, bearer)


def get(sandbox: SandboxProcess, path: str, bearer: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {bearer}"}
    return requests.get(sandbox.url + path, headers=headers, timeout=10)


@point("I25.bases")
def test_connect_tokens_are_for_the_new_base_and_vni_tokens_for_the_old(norway: Api) -> None:
    bearer = token(norway.sandbox.url)

    assert norway.call("GET", ORGANIZATION).json()[0]["name"] == "Fjordlys AS"
    assert call(norway.sandbox.url, ORGANIZATION, bearer).status_code == 401
    found = call(norway.sandbox.url, ON_OLD_BASE, bearer, company=DENMARK)
    assert found.json()[0]["name"] == "Fjordlys Danmark ApS"


def test_vni_tokens_write_orders_too(sandbox: SandboxProcess) -> None:
    answer = call(
        sandbox.url, f"{OLD_BASE}/salesorder", token(sandbox.url), method="POST", json=older_order()
    )

    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{sandbox.url}{OLD_BASE}/salesorder/SO/000001"
    [entry] = sandbox.control("GET", "requests?kind=erp.orders.post")["requests"]
    assert (entry["client_id"], entry["committed"]) == (WEB[0], "SO/000001")


@point("I25.connect_on_old_base")
def test_connect_tokens_work_on_the_old_base(norway: Api) -> None:
    assert norway.call("GET", ON_OLD_BASE).status_code == 200


@point("I25.company_header")
def test_with_a_connect_token_a_company_header_says_nothing(norway: Api) -> None:
    for path in (ORGANIZATION, ON_OLD_BASE):
        answer = norway.call("GET", path, headers={"ipp-company-id": str(DENMARK)})
        assert answer.json()[0]["name"] == "Fjordlys AS"


@point("I25.application_type")
def test_the_application_type_may_be_missing(sandbox: SandboxProcess) -> None:
    answer = call(
        sandbox.url, ON_OLD_BASE, token(sandbox.url), headers={"ipp-application-type": ""}
    )

    assert answer.status_code == 200


@pytest.mark.parametrize("authorization", [None, "Bearer x", "Basic eDp4"])
@pytest.mark.parametrize("path", [V3, ORGANIZATION])
@point("I26.no_token")
def test_without_a_living_token_the_answer_is_401_without_a_body(
    sandbox: SandboxProcess, path: str, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}

    answer = requests.get(sandbox.url + path, headers=headers, timeout=10)

    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize("path", [V3, ORGANIZATION])
@point("E2.expired")
def test_an_expired_token_is_401_without_a_body(norway: Api, path: str) -> None:
    norway.sandbox.control("POST", "clock", {"advance": 3601})

    answer = norway.call("GET", path)

    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize("path", [V3, ORGANIZATION])
@point("I26.contract")
def test_a_customers_tenant_is_401_everywhere(sandbox: SandboxProcess, path: str) -> None:
    [contract] = sandbox.world()["contracts"]

    answer = get(sandbox, path, sandbox.token(SERVICE[0], contract["tenant_id"]))

    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize("company", [None, "1", "nonsense", "3140002"])
@point("I26.company_id")
def test_without_a_company_of_the_persons_the_gateway_says_12002(
    sandbox: SandboxProcess, company: str | None
) -> None:
    bearer = token(sandbox.url)

    answer = call(
        sandbox.url,
        f"{OLD_BASE}/salesorder",
        bearer,
        company=company,
        method="POST",
        json=older_order(),
    )

    assert answer.status_code == 400
    assert answer.json().keys() == EXCEPTION
    assert (answer.json()["ExceptionFaultCode"], answer.json()["ExceptionMessage"]) == ("12002", "")


@point("I26.foreign_company")
def test_a_list_of_a_foreign_company_is_12002_as_well(sandbox: SandboxProcess) -> None:
    answer = call(sandbox.url, f"{OLD_BASE}/customer", token(sandbox.url), company="3140002")

    assert answer.json()["ExceptionFaultCode"] == "12002"


@point("I26.no_license", "I26.no_license_status")
def test_without_a_licence_the_gateway_says_12027(norway: Api) -> None:
    body = {"tenant_id": norway.tenant_id, "licensed": False}
    norway.sandbox.control("POST", "companies", body)

    answer = norway.call("GET", ORGANIZATION)

    assert answer.status_code == 400
    assert answer.json().keys() == EXCEPTION
    assert answer.json()["ExceptionFaultCode"] == "12027"
    assert answer.json()["ExceptionMessage"] == "No license for this company."
    assert answer.json()["ExceptionMessageID"].startswith("12027_")
    with_vni = call(norway.sandbox.url, ON_OLD_BASE, token(norway.sandbox.url))
    assert with_vni.json()["ExceptionFaultCode"] == "12027"


def users_token(sandbox: SandboxProcess, path: str, *, roles: list[str]) -> requests.Response:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    email = "nordhandel@fjordlys.example"
    bearer = sandbox.token(WEB[0], tenant_id, email=email)
    sandbox.control("POST", "users", {"email": email, "roles": {tenant_id: roles}})
    return get(sandbox, path, bearer)


@point("I26.no_role")
def test_a_person_without_api_user_gets_12027(sandbox: SandboxProcess) -> None:
    answer = users_token(sandbox, ORGANIZATION, roles=["Financials User"])

    assert answer.json()["ExceptionFaultCode"] == "12027"
    assert users_token(sandbox, ORGANIZATION, roles=["API User"]).status_code == 200


@point("I26.v3_without_role")
def test_version_3_answers_a_lost_role_without_a_body(sandbox: SandboxProcess) -> None:
    answer = users_token(sandbox, V3, roles=[])

    assert (answer.status_code, answer.content) == (403, b"")


@point("I26.scope")
def test_a_write_with_a_scope_for_reading_is_403(norway: Api) -> None:
    bearer = norway.sandbox.token(SERVICE[0], norway.tenant_id, scopes=[ERP_READ])
    headers = {"Authorization": f"Bearer {bearer}"}

    answer = norway.call("POST", "/v1/salesorder", json=older_order(), headers=headers)

    assert (answer.status_code, answer.content) == (403, b"")
    assert norway.numbers == []


@pytest.mark.parametrize(
    ("right", "allowed"),
    [
        ("read", ["GET"]),
        ("create", ["POST"]),
        ("update", ["PUT"]),
        ("delete", ["DELETE"]),
    ],
)
@pytest.mark.parametrize("api", ["interactive", "service"])
@point("I26.rights")
def test_each_right_opens_its_methods(
    norway: Api, api: str, right: str, allowed: list[str]
) -> None:
    scopes = [f"vismanet_erp_{api}_api:{right}"]
    bearer = norway.sandbox.token(SERVICE[0], norway.tenant_id, scopes=scopes)
    headers = {"Authorization": f"Bearer {bearer}"}

    def status(method: str) -> int:
        path = {"POST": "/v1/salesorder", "DELETE": "/v1/salesorder/SO/1/attachment/1"}
        found = path.get(method, "/v1/salesorder/1")
        return int(norway.call(method, found, json={}, headers=headers).status_code)

    opened = [one for one in ("GET", "POST", "PUT", "DELETE") if status(one) != 403]
    assert opened == allowed


@point("E2.write_only")
def test_a_token_for_writing_reads_nothing_in_version_3(norway: Api) -> None:
    scopes = ["visma.net.erp.salesorder:write"]
    bearer = norway.sandbox.token(SERVICE[0], norway.tenant_id, scopes=scopes)

    answer = norway.call("GET", V3, headers={"Authorization": f"Bearer {bearer}"})

    assert (answer.status_code, answer.content) == (403, b"")


@point("E2.user_tokens")
def test_version_3_takes_a_persons_connect_token(sandbox: SandboxProcess) -> None:
    assert users_token(sandbox, V3, roles=["API User"]).status_code == 200


@point("E2.vni")
def test_version_3_refuses_a_vni_token(sandbox: SandboxProcess) -> None:
    answer = call(sandbox.url, V3, token(sandbox.url))

    assert (answer.status_code, answer.content) == (401, b"")


@point("I26.error_body")
def test_the_gateway_and_the_application_each_have_their_shape(sandbox: SandboxProcess) -> None:
    bearer = token(sandbox.url)

    gateway = call(sandbox.url, ON_OLD_BASE, bearer, company=None)
    application = call(sandbox.url, f"{OLD_BASE}/customer/9", bearer, company=NORWAY)

    assert gateway.json().keys() == EXCEPTION
    assert application.json().keys() == {"message"}


@point("I26.message_name")
def test_the_message_is_written_small(denmark: Api) -> None:
    assert "message" in denmark.get("/v1/customer/9").json()


@pytest.mark.parametrize(
    ("shape", "content_type"),
    [("exception", "application/json"), ("text", "text/plain"), ("empty", None)],
)
def test_errors_come_in_another_shape_on_demand(
    denmark: Api, shape: str, content_type: str | None
) -> None:
    denmark.sandbox.switch(erp_error_body=shape)

    answer = denmark.get("/v1/customer/9")

    assert answer.status_code == 404
    assert (answer.headers.get("Content-Type") or "").startswith(content_type or "")
    assert bool(answer.content) is (shape != "empty")


@point("I27.lives_on")
def test_after_a_withdrawal_the_token_works_until_it_ends(norway: Api) -> None:
    approval = {"client_id": SERVICE[0], "tenant_id": norway.tenant_id}
    norway.sandbox.control("POST", "approvals", approval)
    norway.sandbox.control("POST", "approvals", approval | {"approved": False})

    assert norway.post(order()).status_code == 201
    norway.sandbox.control("POST", "clock", {"advance": 3601})
    assert norway.post(order()).status_code == 401


@point("I30.invented")
def test_the_demo_world_holds_nothing_real(sandbox: SandboxProcess) -> None:
    world = sandbox.world()

    assert all(user["email"].endswith(".example") for user in world["users"])
    secrets = [one["client_secret"] for one in world["applications"]]
    assert secrets
    assert all(secret.startswith("sandbox-") for secret in secrets)


@point("I30.addresses")
def test_every_address_it_tells_is_its_own(norway: Api) -> None:
    discovery = norway.sandbox.url + "/.well-known/openid-configuration"
    metadata = requests.get(discovery, timeout=10).json()
    told = [one for one in metadata.values() if isinstance(one, str) and "://" in one]
    told += [norway.post(order()).headers["Location"]]
    told += [norway.call("POST", "/v1/salesorder", json=older_order()).headers["Location"]]

    assert [one for one in told if not one.startswith(norway.sandbox.url)] == []
