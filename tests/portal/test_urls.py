"""What strangers may ask of the portal as a whole."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/admin/tenants/tenant/"])
def test_the_admin_has_no_sign_in_of_its_own(client: Client, address: str) -> None:
    answer = client.get(address, follow=True)

    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_a_stranger_chooses_a_language(client: Client) -> None:
    answer = client.post("/i18n/setlang/", {"language": "nb", "next": "/accounts/login/"})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert 'lang="nb"' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "BREW"])
def test_refuses_methods_nobody_needs(client: Client, method: str) -> None:
    assert client.generic(method, "/accounts/login/").status_code == 405
