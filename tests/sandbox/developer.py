"""A developer at the Developer Portal, who sends its forms without a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import requests

from tests.sandbox_process import SandboxProcess

DEVELOPER = "developer@nordhandel.example"
PASSWORD = "sandbox"
HOME = "/developers"
READ = "visma.net.erp.salesorder:read"
WRITE = "visma.net.erp.salesorder:write"
PNG = b"\x89PNG\r\n\x1a\nthe rest of a picture"
PAPERS = {
    "privacy_uri": "https://isv.example/privacy",
    "terms_uri": "https://isv.example/terms",
    "website_uri": "https://isv.example",
}
SERVICE_FORM = {
    "kind": "service",
    "name": "neXtGen Test",
    "client_id": "nextgen_test",
    "description": "neXtGen Visma.net ERP Sales Order API",
    "token_minutes": "60",
}
WEB_FORM = {
    "kind": "web",
    "name": "neXtGen Web",
    "client_id": "nextgen_web",
    "token_minutes": "60",
    "grant:authorization_code": "on",
    "redirect_uris": "https://isv.example/callback",
    "refresh": "one_time",
    "refresh_days": "90",
    "refresh_sliding_days": "0",
    "refresh_grace": "0",
}
SPA_FORM = {
    "kind": "spa",
    "name": "neXtGen Page",
    "client_id": "nextgen_page",
    "token_minutes": "60",
    "redirect_uris": "https://isv.example/callback",
}


@dataclass
class Developer:
    """``shown`` is the last answer, after redirects."""

    sandbox: SandboxProcess
    session: requests.Session = field(default_factory=requests.Session)
    shown: requests.Response = field(default_factory=requests.Response)

    def visit(self, path: str) -> str:
        self.shown = self.session.get(self.sandbox.url + path, timeout=10)
        return self.text

    def send(self, path: str, form: dict[str, Any] | None = None, **more: Any) -> str:
        address = self.sandbox.url + path
        self.shown = self.session.post(address, data=form or {}, timeout=10, **more)
        return self.text

    def sign_in(self, email: str = DEVELOPER, password: str = PASSWORD) -> str:
        return self.send(f"{HOME}/signin", {"email": email, "password": password})

    def create(self, form: dict[str, str]) -> str:
        """Register an application and return the address of its page."""
        self.send(f"{HOME}/applications", form)
        return f"{HOME}/applications/isv_{form['client_id']}"

    def generate_secret(self, address: str) -> str:
        found = re.search(r'id="new-secret">([^<]+)<', self.send(f"{address}/secrets"))
        assert found, self.text
        return unescape(found[1])

    def integrate(self, address: str, *scopes: str, api: str = "salesorder") -> str:
        """Ask for the scopes; people at Visma have still to decide."""
        client_id = address.rpartition("/")[2]
        form = {"client_id": client_id, "api": api, "scope": list(scopes)}
        return self.send(f"{HOME}/integrations", form)

    def approve_integration(self, address: str, number: int = 0) -> str:
        decision = {"decision": "approved"}
        return self.send(f"{address}/integrations/{number}/decision", decision)

    def publish(self, address: str, audience: str = "invite_only") -> str:
        return self.send(f"{address}/store", PAPERS | {"audience": audience})

    def make_publishable(self, address: str) -> None:
        """A logo and an integration, both approved."""
        self.send(f"{address}/logo", files={"logo": ("logo.png", PNG, "image/png")})
        self.send(f"{address}/logo/decision", {"decision": "approved"})
        self.integrate(address, READ, WRITE)
        self.approve_integration(address, self._last_integration(address))

    def generate_code(self, address: str, description: str = "For Fjordlys") -> str:
        """Return the invitation code that came of it."""
        before = set(self._codes())
        self.send(f"{address}/codes", {"description": description})
        (code,) = set(self._codes()) - before
        return code

    def application(self, client_id: str) -> Any:
        """As the control API shows it."""
        found = [one for one in self.sandbox.world()["applications"] if one["name"]]
        return next(one for one in found if one["client_id"] == client_id)

    @property
    def text(self) -> str:
        return unescape(self.shown.text)

    @property
    def heading(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.shown.text)
        return unescape(found[1]) if found else ""

    @property
    def alerts(self) -> list[str]:
        return [unescape(one) for one in re.findall(r'role="alert">(.*?)</p>', self.shown.text)]

    def _codes(self) -> list[str]:
        return [one["code"] for one in self.sandbox.world()["invitation_codes"]]

    def _last_integration(self, address: str) -> int:
        return len(self.application(address.rpartition("/")[2])["integrations"]) - 1
