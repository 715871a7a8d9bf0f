"""Which application a visitor may see: published ones, and those an invitation code leads to."""

from __future__ import annotations

from sandbox.state import Sandbox
from sandbox.world.applications import Application, CodeUse, InvitationCode


class UnusableCode(Exception):
    """The code leads nowhere; the text tells the visitor why and what to do."""


def application_behind(sandbox: Sandbox, typed: str) -> tuple[Application, InvitationCode]:
    """Raises UnusableCode."""
    code = sandbox.world.invitation_codes.get(typed.strip().upper())
    if code is None:
        raise UnusableCode("We don't know this code. Check it, or ask the integrator for one.")
    if code.withdrawn:
        raise UnusableCode("The integrator has withdrawn this code. Ask them for a new one.")
    if code.expires_at < sandbox.clock.seconds():
        raise UnusableCode("This code has expired. Ask the integrator for a new one.")
    if code.single_use and code.uses:
        raise UnusableCode("This code has been used. Ask the integrator for a new one.")
    application = sandbox.world.applications.get(code.client_id)
    if application is None or application.store != "published":
        raise UnusableCode("The application behind this code isn't published. Ask the integrator.")
    return application, code


def visible_application(
    sandbox: Sandbox, client_id: str, typed_code: str, tenant_id: str
) -> Application:
    """Raises UnusableCode for one that needs a code, isn't in already and can't be found freely."""
    application = sandbox.world.applications.get(client_id)
    if application is not None and (client_id, tenant_id) in sandbox.world.approvals:
        return application
    if application is not None and application in public_applications(sandbox):
        return application
    found, _ = application_behind(sandbox, typed_code)
    if found is not application:
        raise UnusableCode("This code is for another application.")
    return found


def public_applications(sandbox: Sandbox) -> list[Application]:
    return [
        one
        for one in sandbox.world.applications.values()
        if one.store == "published" and one.audience == "public"
    ]


def record_use(sandbox: Sandbox, typed_code: str, tenant_id: str, email: str) -> None:
    """Keep that the code has led to an approval; saying yes again is no second use."""
    code = sandbox.world.invitation_codes.get(typed_code.strip().upper())
    if code is not None and all(use.tenant_id != tenant_id for use in code.uses):
        code.uses.append(CodeUse(tenant_id, email, sandbox.clock.seconds()))
