"""VNI's addresses and headers; the calls themselves are proven against the sandbox."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from integrations.visma import vni
from integrations.visma.errors import Malformed
from integrations.visma.oauth import Client, Endpoints, Transport

CLIENT = Client(
    client_id="isv_vendor",
    client_secrets="not in any address",
    auth_method="basic",
    endpoints=Endpoints("https://vni.example/authorize", "", "", "", "", ""),
    transport=Transport(),
)


def test_the_address_to_consent_holds_five_parameters_and_no_secret() -> None:
    address = vni.authorization_url(CLIENT, redirect_uri="https://portal.example/cb", state="a&b")

    assert address.startswith("https://vni.example/authorize?")
    assert dict(parse_qsl(urlsplit(address).query)) == {
        "response_type": "code",
        "client_id": "isv_vendor",
        "redirect_uri": "https://portal.example/cb",
        "scope": "financialstasks",
        "state": "a&b",
    }


def test_each_call_names_company_and_application_type() -> None:
    assert vni.company_headers("3140001") == (
        "ipp-company-id: 3140001",
        "ipp-application-type: Visma.net Financials",
    )


@pytest.mark.parametrize("company_id", ["", "31 4", "1\r\nX: y", "../2", "٣", "-1"])
def test_an_id_that_is_no_whole_number_reaches_no_header_and_no_path(company_id: str) -> None:
    with pytest.raises(Malformed):
        vni.company_headers(company_id)
    with pytest.raises(Malformed):
        vni.company_number("https://vni.example/context", company_id, "token", Transport())
