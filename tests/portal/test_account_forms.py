"""Signing in, in our words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.walker import heading


def shown(client: Client, path: str, given: dict[str, str] | None = None) -> tuple[str, Any]:
    answer = client.get(path) if given is None else client.post(path, given)
    return answer.content.decode(), answer.context["form"]


def test_signing_in_asks_in_our_words(client: Client, db: None) -> None:
    page, form = shown(client, "/accounts/login/")

    labels = [str(field.label) for field in form]
    assert labels == ["E-mail address", "Password", "Stay signed in"]
    assert heading(page) == "Sign in"
    assert "placeholder" not in page


@pytest.mark.parametrize(
    ("path", "given", "said"),
    [
        ("login", {}, {"login": "This is missing.", "password": "This is missing."}),
        (
            "login",
            {"login": "nobody", "password": "x"},
            {"login": "This is not an e-mail address."},
        ),
        ("password/reset", {}, {"email": "This is missing."}),
        ("password/reset", {"email": "nobody"}, {"email": "This is not an e-mail address."}),
    ],
)
def test_says_what_to_mend(
    client: Client, db: None, path: str, given: dict[str, str], said: dict[str, str]
) -> None:
    _page, form = shown(client, f"/accounts/{path}/", given)

    assert {name: str(errors[0]) for name, errors in form.errors.items()} == said


def test_changing_a_password_says_what_is_missing(client: Client, member: Any) -> None:
    client.force_login(member, backend="allauth.account.auth_backends.AuthenticationBackend")

    _page, form = shown(client, "/accounts/password/change/", {})

    assert {str(errors[0]) for errors in form.errors.values()} == {"This is missing."}
