"""A person who allows an application in VNI, and the application that uses the token."""

from __future__ import annotations

from typing import Any

import requests

from tests.sandbox.visitor import CALLBACK, WEB, Visitor

AUTHORIZE = "/API/resources/oauth/authorize"
TOKEN = "/API/security/api/v2/token"
CONTEXT = "/API/resources/v1/context"
OLD_BASE = "/API/controller/api/v1"
ACCOUNTANT = "regnskap@fjordlys.example"
NORWAY, DENMARK = 3140001, 3140003
ASKED = {
    "response_type": "code",
    "client_id": WEB[0],
    "redirect_uri": CALLBACK,
    "scope": "financialstasks",
    "state": "state-1",
}


def ask(url: str, **changes: str) -> Visitor:
    """Open the authorization page as a browser that nobody has signed in to."""
    visitor = Visitor(url)
    visitor.shown = visitor.session.get(
        url + AUTHORIZE, params=ASKED | changes, allow_redirects=False, timeout=10
    )
    return visitor


def allow(url: str, email: str = ACCOUNTANT) -> dict[str, str]:
    """Walk all pages and return the answer at the redirect URI."""
    visitor = ask(url)
    visitor.sign_in(email)
    visitor.press(decision="allow")
    return visitor.answer


def redeem(
    url: str, code: str, changes: dict[str, str] | None = None, *, basic: bool = True
) -> requests.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    auth = WEB if basic else None
    return requests.post(url + TOKEN, data=form | (changes or {}), auth=auth, timeout=10)


def token(url: str, email: str = ACCOUNTANT) -> str:
    return str(redeem(url, allow(url, email)["code"]).json()["token"])


def call(
    url: str, path: str, bearer: str, *, company: Any = NORWAY, method: str = "GET", **more: Any
) -> requests.Response:
    """One call with VNI's headers; ``company`` None leaves its header away."""
    headers = {
        "Authorization": f"Bearer {bearer}",
        "ipp-application-type": "Visma.net Financials",
        **({} if company is None else {"ipp-company-id": str(company)}),
        **more.pop("headers", {}),
    }
    return requests.request(method, url + path, headers=headers, timeout=10, **more)
