"""What VNI's tokens open, and what ends them."""

from __future__ import annotations

import pytest
import requests

from tests.sandbox.fidelity import point
from tests.sandbox.visitor import WEB
from tests.sandbox.vni_client import CONTEXT, DENMARK, NORWAY, OLD_BASE, ask, call, token
from tests.sandbox_process import SandboxProcess

SECURITY = "/API/security/api/v1"


def without_roles(sandbox: SandboxProcess) -> str:
    return token(sandbox.url, "uten.rolle@fjordlys.example")


@point("I22.supersedes")
def test_a_new_token_of_the_same_person_and_client_kills_the_old_in_every_company(
    sandbox: SandboxProcess,
) -> None:
    first = token(sandbox.url)
    second = token(sandbox.url)

    statuses = [
        call(sandbox.url, f"{OLD_BASE}/organization", bearer, company=company).status_code
        for bearer in (first, second)
        for company in (NORWAY, DENMARK)
    ]

    assert statuses == [401, 401, 200, 200]


@point("I22.other_person")
def test_another_persons_token_lives_on(sandbox: SandboxProcess) -> None:
    sandbox.control(
        "POST",
        "users",
        {
            "email": "admin@fjordlys.example",
            "roles": {
                sandbox.company("Fjordlys AS")["tenant_id"]: ["Financials Administrator"],
            },
        },
    )
    first = token(sandbox.url, "admin@fjordlys.example")
    token(sandbox.url)

    assert call(sandbox.url, f"{OLD_BASE}/organization", first).status_code == 200


@point("I22.revoke")
def test_delete_ends_the_token_and_answers_nothing(sandbox: SandboxProcess) -> None:
    bearer = token(sandbox.url)

    answer = call(sandbox.url, f"{SECURITY}/token", bearer, method="DELETE")

    assert (answer.status_code, answer.content) == (200, b"")
    assert call(sandbox.url, CONTEXT, bearer).status_code == 401


@point("I22.ping")
def test_the_test_connection_says_ok(sandbox: SandboxProcess) -> None:
    answer = requests.get(f"{sandbox.url}{SECURITY}/testconnection", timeout=10)

    assert (answer.status_code, answer.text) == (200, "OK")
    assert answer.headers["Content-Type"].startswith("text/plain")


@point("I22.dead")
def test_a_dead_token_is_told_in_the_gateways_words(sandbox: SandboxProcess) -> None:
    answer = call(sandbox.url, f"{OLD_BASE}/organization", "dead")

    assert answer.status_code == 401
    assert "token" in answer.json()["ExceptionMessage"]


@point("I22.never_ends")
def test_a_token_has_no_end(sandbox: SandboxProcess) -> None:
    bearer = token(sandbox.url)
    sandbox.control("POST", "clock", {"advance": 400 * 24 * 3600})

    assert call(sandbox.url, f"{OLD_BASE}/organization", bearer).status_code == 200


@pytest.mark.parametrize("path", [CONTEXT, f"{SECURITY}/token/usercontexts"])
@point("I23.list", "I23.type")
def test_contexts_are_the_companies_with_a_financials_role(
    sandbox: SandboxProcess, path: str
) -> None:
    answer = call(sandbox.url, path, token(sandbox.url), company=None)

    assert answer.json() == [
        {"id": NORWAY, "name": "Fjordlys AS", "type": "Visma.net Financials"},
        {"id": DENMARK, "name": "Fjordlys Danmark ApS", "type": "Visma.net Financials"},
    ]


@point("I23.empty")
def test_without_a_role_the_list_is_empty(sandbox: SandboxProcess) -> None:
    answer = call(sandbox.url, CONTEXT, without_roles(sandbox), company=None)

    assert (answer.status_code, answer.json()) == (200, [])


@point("I23.company")
def test_a_company_tells_its_name_and_number(sandbox: SandboxProcess) -> None:
    answer = call(sandbox.url, f"{CONTEXT}/{NORWAY}", token(sandbox.url), company=None)

    assert answer.json() == {
        "companyName": "Fjordlys AS",
        "organizationNumber": "999111222",
        "companyAddress1": "",
        "companyAddress2": "",
        "customerInfo": "",
        "distributorInfo": "",
    }
    foreign = call(sandbox.url, f"{CONTEXT}/1", token(sandbox.url), company=None)
    assert foreign.status_code == 404


@point("I23.user")
def test_user_details_say_who_allowed_it(sandbox: SandboxProcess) -> None:
    answer = call(sandbox.url, f"{CONTEXT}/userdetails", token(sandbox.url), company=None)

    assert answer.json() == {
        "emailAddress": "regnskap@fjordlys.example",
        "firstName": "Runa",
        "lastName": "Regnskap",
    }


@point("I23.connect")
def test_contexts_are_not_for_connect_tokens(sandbox: SandboxProcess) -> None:
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    bearer = sandbox.token(WEB[0], tenant_id, email="regnskap@fjordlys.example")

    for path in (CONTEXT, f"{CONTEXT}/userdetails"):
        assert call(sandbox.url, path, bearer, company=None).status_code == 401


def test_contexts_of_a_connect_token_are_its_one_company(sandbox: SandboxProcess) -> None:
    sandbox.switch(context_with_connect="answered")
    tenant_id = sandbox.company("Fjordlys AS")["tenant_id"]
    bearer = sandbox.token(WEB[0], tenant_id, email="regnskap@fjordlys.example")

    listed = call(sandbox.url, CONTEXT, bearer, company=None).json()
    person = call(sandbox.url, f"{CONTEXT}/userdetails", bearer, company=None).json()

    assert [one["id"] for one in listed] == [NORWAY]
    assert person["firstName"] == "Runa"


@point("I24.activation")
def test_a_new_client_works_once_its_link_was_followed(sandbox: SandboxProcess) -> None:
    sandbox.control("POST", "applications", {"client_id": WEB[0], "vni": "off"})
    assert ask(sandbox.url).shown.status_code == 400
    link = sandbox.control("POST", "vni/activations", {"client_id": WEB[0]})["link"]

    visitor = ask(sandbox.url)
    visitor.visit(link.removeprefix(sandbox.url))
    visitor.press()

    assert visitor.heading == "Your client works"
    assert ask(sandbox.url).shown.status_code == 200
    assert visitor.visit(link.removeprefix(sandbox.url)).status_code == 404


@point("I24.five_days")
def test_the_link_lives_five_days(sandbox: SandboxProcess) -> None:
    link = sandbox.control("POST", "vni/activations", {"client_id": WEB[0]})["link"]
    sandbox.control("POST", "clock", {"advance": 5 * 24 * 3600 + 1})

    assert requests.get(link, timeout=10).status_code == 404


@point("I24.retired")
def test_vni_still_answers(sandbox: SandboxProcess) -> None:
    assert ask(sandbox.url).shown.status_code == 200
    bearer = token(sandbox.url)

    paths = (CONTEXT, f"{OLD_BASE}/organization", f"{SECURITY}/testconnection")
    assert [call(sandbox.url, path, bearer).status_code for path in paths] == [200] * 3


def test_once_retired_it_refuses_tokens_that_are_out(sandbox: SandboxProcess) -> None:
    bearer = token(sandbox.url)
    sandbox.switch(vni_retired=True)

    answers = [
        call(sandbox.url, CONTEXT, bearer),
        call(sandbox.url, f"{OLD_BASE}/organization", bearer),
        requests.post(f"{sandbox.url}/API/security/api/v2/token", timeout=10),
        requests.get(f"{sandbox.url}{SECURITY}/testconnection", timeout=10),
        ask(sandbox.url).shown,
    ]

    assert [answer.status_code for answer in answers] == [410] * 5
