"""The table of limits, and the mail that a new VNI client waits for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sandbox.control.answers import Refused, read_object
from sandbox.http import Request
from sandbox.limits import read_policies
from sandbox.state import Sandbox
from sandbox.vni.activation import link_of, mail_link


def show_policies(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    return {"policies": [asdict(policy) for policy in sandbox.policies]}


def put_policies(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Replace the whole table; what was counted is forgotten."""
    given = read_object(request).get("policies")
    if not isinstance(given, list):
        raise Refused("Send a list as 'policies'.")
    try:
        sandbox.policies = read_policies(given)
    except ValueError as error:
        raise Refused(str(error)) from error
    sandbox.limits.windows.clear()
    return show_policies(sandbox, request)


def mail_activation(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Mail a link that turns VNI on for ``client_id``, as a ``test`` or ``production`` client."""
    given = read_object(request)
    application = sandbox.world.applications.get(given.get("client_id", ""))
    kind = given.get("kind", "test")
    if application is None or kind not in {"test", "production"}:
        raise Refused("Name a known client_id, and test or production as kind.")
    activation = mail_link(sandbox, application, kind)
    return {"link": link_of(sandbox, activation), "ends_at": activation.ends_at}
