"""Letting an application into an organisation, and taking it out again."""

from __future__ import annotations

from sandbox.mails import send_mail, tell_of_customer
from sandbox.state import Sandbox
from sandbox.webhooks.events import ADDED, publish
from sandbox.world.apis import APIS, IDENTITY_SCOPES, OFFLINE_SCOPE, Api
from sandbox.world.applications import Application
from sandbox.world.approvals import Approval

OTHER = "Other rights"


def approvable_scopes(application: Application) -> list[str]:
    """The scopes an organisation decides on: those of APIs that need no person."""
    if application.kind == "spa":
        return []
    return [scope for scope in application.scopes if _needs_no_person(scope)]


def scopes_by_api(application: Application) -> dict[str, list[str]]:
    """The approvable scopes under the name of their API."""
    found: dict[str, list[str]] = {}
    for scope in approvable_scopes(application):
        api = _api_of(scope)
        found.setdefault(api.name if api else OTHER, []).append(scope)
    return found


def approve(
    sandbox: Sandbox, application: Application, tenant_id: str, scopes: set[str], by: str
) -> None:
    """Switch these scopes on and the others off, and tell the integrator of a new customer."""
    world, key = sandbox.world, (application.client_id, tenant_id)
    is_new = key not in world.approvals
    world.approvals[key] = scopes
    world.approval_notes[key] = Approval(
        approvable_scopes(application), sandbox.clock.seconds(), by
    )
    if is_new:
        tell_of_customer(sandbox, application, tenant_id)
        _tell(sandbox, ADDED, tenant_id, application)


def withdraw(sandbox: Sandbox, application: Application, tenant_id: str) -> None:
    """New tokens are refused from now on; those already given live on."""
    key = (application.client_id, tenant_id)
    sandbox.world.approval_notes.pop(key, None)
    if sandbox.world.approvals.pop(key, None) is not None:
        if sandbox.switches.mail_on_withdrawal:
            _mail_withdrawal(sandbox, application, tenant_id)
        _tell(sandbox, sandbox.switches.application_removed_event, tenant_id, application)


def wanted_since(sandbox: Sandbox, application: Application, tenant_id: str) -> list[str]:
    """Scopes the application has come to want after it was approved; nobody decided on them."""
    note = sandbox.world.approval_notes.get((application.client_id, tenant_id))
    if note is None:
        return []
    return [scope for scope in approvable_scopes(application) if scope not in note.asked]


def _mail_withdrawal(sandbox: Sandbox, application: Application, tenant_id: str) -> None:
    name = sandbox.world.tenant_name(tenant_id) or tenant_id
    send_mail(
        sandbox,
        application.owner,
        f"{name} has withdrawn {application.name}",
        f"{name} has withdrawn its approval of {application.name} in the App Store.\n"
        f"Tenant ID: {tenant_id}",
    )


def _tell(sandbox: Sandbox, event: str, tenant_id: str, application: Application) -> None:
    publish(sandbox, event, tenant_id, {"client_id": application.client_id})


def _needs_no_person(scope: str) -> bool:
    if scope in IDENTITY_SCOPES or scope == OFFLINE_SCOPE:
        return False
    api = _api_of(scope)
    return api is None or (api.tenant_based and api.permission != "Interactive")


def _api_of(scope: str) -> Api | None:
    return next((api for api in APIS.values() if scope in api.scopes), None)
