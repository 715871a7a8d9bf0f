"""What an application does at Visma Connect, beside sending people there."""

from __future__ import annotations

from typing import Any

import jwt
import requests

from tests.sandbox.visitor import SERVICE, WEB, Visitor, consent, redeem
from tests.sandbox_process import SandboxProcess

DAY = 86_400


def tokens_of(sandbox: SandboxProcess, **asked: str) -> Any:
    """The token endpoint's answer to one whole consent."""
    return redeem(sandbox.url, consent(sandbox.url, **asked)["code"]).json()


def call(sandbox: SandboxProcess, name: str, auth: Any = WEB, **form: str) -> requests.Response:
    """POST a form to ``/connect/<name>``; ``auth`` None leaves the credentials to the form."""
    return requests.post(f"{sandbox.url}/connect/{name}", data=form, auth=auth, timeout=10)


def by_credentials(sandbox: SandboxProcess, auth: Any = SERVICE, **form: str) -> requests.Response:
    return call(sandbox, "token", auth, grant_type="client_credentials", **form)


def change(sandbox: SandboxProcess, client_id: str = WEB[0], **members: Any) -> None:
    sandbox.control("POST", "applications", {"client_id": client_id, **members})


def approve(sandbox: SandboxProcess, scopes: list[str], company: str = "Fjordlys AS") -> str:
    """Let the demo service into a company, and return its tenant id."""
    tenant_id = str(sandbox.company(company)["tenant_id"])
    given = {"client_id": SERVICE[0], "tenant_id": tenant_id, "scopes": scopes}
    sandbox.control("POST", "approvals", given)
    return tenant_id


def advance(sandbox: SandboxProcess, seconds: float) -> None:
    sandbox.control("POST", "clock", {"advance": seconds})


def verified(sandbox: SandboxProcess, token: str, audience: str = "visma.net.erp") -> Any:
    """The claims of a token whose signature, issuer and audience are right."""
    keys = jwt.PyJWKClient(f"{sandbox.url}/.well-known/openid-configuration/jwks")
    key = keys.get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["RS256"], audience=audience, issuer=sandbox.url)


def why(visitor: Visitor) -> str:
    """What the debugger tells of the error page that is shown, as text."""
    assert (visitor.shown.status_code, visitor.heading) == (400, "This sign-in can't start")
    error_id = visitor.shown.text.partition("<code>")[2][:32]
    return visitor.session.get(f"{visitor.url}/connect/debugger?id={error_id}").text
