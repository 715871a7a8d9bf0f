"""A person with a browser without scripts, and the application that sent them."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

CALLBACK = "http://portal.example/connect/callback"
WEB = ("isv_nordhandel_web", "sandbox-web-secret")
SERVICE = ("isv_nordhandel_service", "sandbox-service-secret")
PASSWORD = "sandbox"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
ORDERS = "visma.net.erp.salesorder:read visma.net.erp.salesorder:write"
SCOPES = f"openid email profile tenants offline_access vismanet_erp_interactive_api:read {ORDERS}"
ASKED = {
    "client_id": WEB[0],
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "response_mode": "query",
    "scope": SCOPES,
    "state": "state-1",
    "nonce": "nonce-1",
    "code_challenge": CHALLENGE.rstrip(b"=").decode(),
    "code_challenge_method": "S256",
}


@dataclass
class Visitor:
    url: str
    session: requests.Session = field(default_factory=requests.Session)
    shown: requests.Response = field(default_factory=requests.Response)

    def visit(self, path: str) -> requests.Response:
        return self._show("GET", self.url + path)

    def authorize(self, **changes: str | None) -> requests.Response:
        asked = {name: value for name, value in (ASKED | changes).items() if value is not None}
        return self._show("GET", f"{self.url}/connect/authorize", params=asked)

    def sign_in(self, email: str, password: str = PASSWORD) -> requests.Response:
        return self.press(email=email, password=password)

    def press(self, **fields: str) -> requests.Response:
        """Send the form that is shown, with its hidden fields and these."""
        form = re.search(r'<form method="post" action="([^"]+)">(.*?)</form>', self.shown.text)
        assert form, self.shown.text
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]+)"', form[2]))
        return self._show("POST", self.url + form[1], data=hidden | fields)

    @property
    def heading(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.shown.text)
        return unescape(found[1]) if found else ""

    @property
    def answer(self) -> dict[str, str]:
        """What the application was told at its redirect URI."""
        address = self.shown.headers["Location"]
        assert address.startswith(CALLBACK), address
        return dict(parse_qsl(urlsplit(address).query))

    def choices(self, name: str) -> list[str]:
        return re.findall(rf'name="{name}" value="([^"]+)"', self.shown.text)

    def names(self) -> list[str]:
        """The hidden fields of the page that is shown."""
        return re.findall(r'type="hidden" name="([^"]+)"', self.shown.text)

    def _show(self, method: str, address: str, **more: Any) -> requests.Response:
        """Follow redirects as long as they stay at Visma."""
        self.shown = self.session.request(method, address, allow_redirects=False, **more)
        while self.shown.status_code == 303 and not self.shown.headers["Location"].startswith(
            CALLBACK
        ):
            address = requests.compat.urljoin(self.url, self.shown.headers["Location"])
            self.shown = self.session.get(address, allow_redirects=False)
        return self.shown


def consent(url: str, email: str = "nordhandel@fjordlys.example", **asked: str) -> dict[str, str]:
    """Walk all pages for a user with one company, and return the answer with its code."""
    visitor = Visitor(url)
    visitor.authorize(**asked)
    visitor.sign_in(email)
    visitor.press(decision="allow")
    return visitor.answer


def redeem(url: str, code: str, **changes: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    return requests.post(f"{url}/connect/token", data=form | changes, auth=WEB, timeout=10)


def refresh(url: str, refresh_token: str) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return requests.post(f"{url}/connect/token", data=form, auth=WEB, timeout=10)
