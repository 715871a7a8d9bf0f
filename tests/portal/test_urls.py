"""What strangers may ask of the portal as a whole."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from django.test import Client

from integrations.tenants.models import User

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


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "\thttps://evil.example",
        "/\t/evil.example",
        "https://127.0.0.1@evil.example/",
        "https://127.0.0.1.evil.example/",
    ],
)
def test_nobody_is_sent_elsewhere_by_next(member: User, elsewhere: str) -> None:
    signed_in, given = Client(), {"login": member.email, "password": "correct horse battery"}
    answers = [
        signed_in.post("/accounts/login/", {**given, "next": elsewhere}),
        Client().post(f"/accounts/login/?{urlencode({'next': elsewhere})}", given),
        signed_in.get(f"/accounts/login/?{urlencode({'next': elsewhere})}"),
        signed_in.post("/i18n/setlang/", {"language": "nb", "next": elsewhere}),
        signed_in.post("/i18n/setlang/", {"language": "nb"}, headers={"Referer": elsewhere}),
        signed_in.post("/accounts/reauthenticate/", {**given, "next": elsewhere}),
        signed_in.post("/accounts/logout/", {"next": elsewhere}),
    ]

    for answer in answers:
        gone_to = answer.headers.get("Location", "/")
        assert answer.status_code < 500
        assert gone_to.startswith("/")
        assert not gone_to.startswith(("//", "/\\"))
        assert "evil.example" not in gone_to.partition("?")[0]
