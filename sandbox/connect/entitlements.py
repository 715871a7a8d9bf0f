"""What an application may ask for: grant types, scopes, staying."""

from __future__ import annotations

from sandbox.state import Sandbox
from sandbox.world.apis import APIS
from sandbox.world.applications import Application

# An API that is for one way only; all others take both.
_INTERACTIVE = {True: "Interactive", False: "Non-Interactive"}
_PERMISSIONS = {scope: api.permission for api in APIS.values() for scope in api.scopes}


def grant_types_of(application: Application) -> list[str]:
    """The registered grant types, or those the kind of application comes with."""
    if application.grant_types:
        return application.grant_types
    if application.kind == "service":
        return ["client_credentials"]
    if application.kind == "spa":
        return ["authorization_code"]
    return ["authorization_code", "refresh_token", "client_credentials"]


def may_ask(application: Application, scope: str, *, interactive: bool) -> bool:
    """The scope is approved, and its API may be called in this way."""
    permission = _PERMISSIONS.get(scope, "All")
    return scope in application.scopes and permission in {"All", _INTERACTIVE[interactive]}


def may_stay(sandbox: Sandbox, application: Application) -> bool:
    """Refresh tokens are for Web applications with Offline Access ticked."""
    kinds = {"web", "spa"} if sandbox.switches.public_refresh_tokens else {"web"}
    return application.offline_access and application.kind in kinds
