"""The form of an application, and what its settings do at Visma Connect."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.developer import HOME, SERVICE_FORM, SPA_FORM, WEB_FORM, Developer
from tests.sandbox.fidelity import point
from tests.sandbox_process import SandboxProcess


@point("I19.prefix")
def test_a_client_id_gets_the_prefix_of_isvs(sandbox: SandboxProcess, developer: Developer) -> None:
    developer.create(SERVICE_FORM)
    developer.create(SERVICE_FORM | {"name": "Other", "client_id": "isv_prefixed"})

    ids = [one["client_id"] for one in sandbox.world()["applications"]]
    assert ids[2:] == ["isv_nextgen_test", "isv_prefixed"]


@point("I19.unique")
def test_name_and_client_id_are_nobody_elses(sandbox: SandboxProcess, developer: Developer) -> None:
    developer.create(SERVICE_FORM)

    developer.create(SERVICE_FORM | {"name": "Another"})
    assert developer.alerts == ["This client ID is taken."]
    developer.create(SERVICE_FORM | {"name": "nextgen TEST", "client_id": "another"})
    assert developer.alerts == ["This name is taken."]
    assert len(sandbox.world()["applications"]) == 3


@point("I19.kinds")
def test_each_type_has_its_grant_types(sandbox: SandboxProcess, developer: Developer) -> None:
    developer.create(SERVICE_FORM)
    developer.create(SPA_FORM)
    developer.create(WEB_FORM | {"grant:client_credentials": "on"})

    found = {one["client_id"]: one for one in sandbox.world()["applications"]}
    service, page = found["isv_nextgen_test"], found["isv_nextgen_page"]
    assert service["grant_types"] == ["client_credentials"]
    assert (page["grant_types"], page["pkce"]) == (["authorization_code"], True)
    assert found["isv_nextgen_web"]["grant_types"] == [
        "authorization_code",
        "client_credentials",
        "refresh_token",
    ]


def test_a_web_application_needs_a_grant_type(developer: Developer) -> None:
    form = {name: value for name, value in WEB_FORM.items() if not name.startswith("grant:")}

    developer.create(form)

    assert developer.alerts == ["Choose at least one grant type."]


@point("I19.token_minutes")
def test_access_tokens_live_up_to_an_hour_by_the_minute(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    developer.create(SERVICE_FORM | {"token_minutes": "61"})
    assert developer.alerts == [
        "The access token lifetime is a whole number from 1 to 60.",
    ]
    developer.create(SERVICE_FORM | {"token_minutes": "10"})

    assert developer.application("isv_nextgen_test")["token_minutes"] == 10


@point("I19.token_id")
def test_the_token_id_is_an_option(sandbox: SandboxProcess, developer: Developer) -> None:
    address = developer.create(SERVICE_FORM)
    assert developer.application("isv_nextgen_test")["token_id"] is False

    developer.send(address, SERVICE_FORM | {"token_id": "on"})

    assert developer.application("isv_nextgen_test")["token_id"] is True


@point("I19.redirects")
def test_redirect_uris_are_several_and_kept_to_the_letter(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    several = "https://isv.example/Callback/\r\n\r\n https://isv.example/b?x=1 \r\n"
    developer.create(WEB_FORM | {"redirect_uris": several})

    assert developer.application("isv_nextgen_web")["redirect_uris"] == [
        "https://isv.example/Callback/",
        "https://isv.example/b?x=1",
    ]


@pytest.mark.parametrize(
    "uri",
    ["http://isv.example/callback", "https://[isv", "https://a b", "isv.example", "javascript:"],
)
def test_a_redirect_uri_is_https(developer: Developer, uri: str) -> None:
    developer.create(WEB_FORM | {"redirect_uris": uri})

    assert developer.alerts == [f"{uri} does not begin with https:// or http://localhost."]


def test_a_redirect_uri_has_no_fragment(developer: Developer) -> None:
    developer.create(WEB_FORM | {"redirect_uris": "https://isv.example/#part"})

    assert developer.alerts == [
        "https://isv.example/#part has a fragment, the part from # on. Leave it out."
    ]


@point("I19.localhost")
def test_localhost_may_be_a_redirect_uri(sandbox: SandboxProcess, developer: Developer) -> None:
    developer.create(WEB_FORM | {"redirect_uris": "https://localhost:8888/callback"})

    assert developer.alerts == []
    assert developer.application("isv_nextgen_web")["redirect_uris"]


def test_without_localhost_the_fault_names_another_way(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    sandbox.switch(localhost_redirect_uris=False)

    developer.create(WEB_FORM | {"redirect_uris": "http://localhost:8888/callback"})

    assert developer.alerts == [
        "http://localhost:8888/callback names localhost. Use a host name such as app.local."
    ]


@point("I19.offline")
def test_refresh_tokens_have_their_settings_within_limits(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    wanted = {"offline_access": "on", "refresh_grace": "30", "refresh_sliding_days": "14"}
    address = developer.create(WEB_FORM | wanted)
    web = developer.application("isv_nextgen_web")
    assert "offline_access" in web["scopes"]
    assert (web["refresh"], web["refresh_grace"], web["refresh_sliding_days"]) == (
        "one_time",
        30,
        14,
    )

    developer.send(address, WEB_FORM | {"refresh": "reuse", "refresh_days": "365"})
    web = developer.application("isv_nextgen_web")
    assert (web["refresh"], web["refresh_days"], web["refresh_grace"]) == ("reuse", 365, 0)
    assert "offline_access" not in web["scopes"]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"refresh_grace": "4"}, "The grace period is 0, or 5 to 60 seconds."),
        ({"refresh_grace": "61"}, "The grace period is a whole number from 0 to 60."),
        ({"refresh_days": "366"}, "The absolute lifetime is a whole number from 1 to 365."),
        ({"refresh_days": "1.5"}, "The absolute lifetime is a whole number from 1 to 365."),
        ({"privacy_uri": "mine"}, "The privacy policy URI is an address that begins with https://"),
        ({"client_id": "å"}, "Give a client ID of at least three letters, digits, dots, hyphens"),
        ({"name": " "}, "Give the application a name."),
        ({"redirect_uris": ""}, "Give at least one redirect URI."),
    ],
)
def test_a_fault_keeps_what_was_typed_and_stores_nothing(
    sandbox: SandboxProcess, developer: Developer, changed: dict[str, str], fault: str
) -> None:
    developer.create(WEB_FORM | {"description": "Typed before"} | changed)

    assert developer.alerts[0].startswith(fault)
    assert "Typed before" in developer.text
    assert len(sandbox.world()["applications"]) == 2


@point("I19.refresh_days")
def test_a_new_form_proposes_days(sandbox: SandboxProcess, developer: Developer) -> None:
    shown = developer.visit(f"{HOME}/applications/new?kind=web")

    assert 'name="refresh_days" type="number" value="90"' in shown


def test_settings_can_be_read_again(developer: Developer) -> None:
    logout: dict[str, Any] = {
        "hybrid": "on",
        "backchannel_logout_uri": "https://isv.example/logout",
        "frontchannel_logout_uri": "https://isv.example/front",
        "post_logout_redirect_uris": "https://isv.example/bye",
    }
    address = developer.create(WEB_FORM | logout)
    web = developer.application("isv_nextgen_web")
    assert web["hybrid"] is True
    assert web["post_logout_redirect_uris"] == ["https://isv.example/bye"]

    shown = developer.visit(address)
    assert 'value="https://isv.example/logout"' in shown
    assert 'value="https://isv.example/front"' in shown
    assert 'name="hybrid" value="on" checked' in shown


@point("I19.partner")
def test_a_new_application_is_outside_the_partner_programme(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    address = developer.create(WEB_FORM)
    assert developer.application("isv_nextgen_web")["partner"] is False

    developer.send(f"{address}/partner", {"decision": "approved"})

    assert developer.application("isv_nextgen_web")["partner"] is True


def test_a_single_page_app_has_offline_access_where_public_clients_may_stay(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    wanted = WEB_FORM | SPA_FORM | {"offline_access": "on"}
    assert "offline_access" not in developer.visit(f"{HOME}/applications/new?kind=spa")
    sandbox.switch(public_refresh_tokens=True)
    assert "offline_access" in developer.visit(f"{HOME}/applications/new?kind=spa")

    developer.create(wanted)

    page = developer.application("isv_nextgen_page")
    assert page["grant_types"] == ["authorization_code", "refresh_token"]
    assert page["offline_access"] is True


def test_saving_keeps_the_scopes_that_came_by_the_control_api(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    given = {"client_id": "isv_other", "scopes": ["openid", "visma.net.erp.ai.mcp:execute"]}
    sandbox.control("POST", "applications", given)

    developer.send(f"{HOME}/applications/isv_other", WEB_FORM)

    assert developer.alerts == []
    assert developer.application("isv_other")["scopes"] == given["scopes"]


@point("I19.identity")
def test_signing_people_in_needs_no_integration(
    sandbox: SandboxProcess, developer: Developer
) -> None:
    developer.create(WEB_FORM)
    developer.create(SERVICE_FORM)

    assert "openid" in developer.application("isv_nextgen_web")["scopes"]
    assert developer.application("isv_nextgen_test")["scopes"] == []
