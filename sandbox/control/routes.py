"""The addresses of the control API."""

from __future__ import annotations

from typing import Any

from sandbox.beginning.start import start_anew
from sandbox.connect.claims import new_access_token
from sandbox.connect.grants import Grant, new_grant
from sandbox.control import (
    faultboard,
    quotas,
    records,
    stateboard,
    states,
    switchboard,
    views,
    witness,
)
from sandbox.control.answers import Refused, controlled, read_object
from sandbox.control.orders import push_order
from sandbox.faults.scripts import NotAFault, describe_fault
from sandbox.http import Request
from sandbox.mails import list_mails
from sandbox.state import Route, Sandbox
from sandbox.world.applications import Application
from sandbox.world.people import User


def show_ready(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    return {"ready": True}


def show_mode(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    return {
        "mode": "sandbox",
        "public_url": sandbox.settings.public_url,
        "seed": sandbox.settings.seed,
        "clock_offset": sandbox.clock.offset,
        "switches": sandbox.switches.as_dict(),
        "faults": len(sandbox.faults),
        "requests": len(sandbox.ledger),
        "orders": states.order_count(sandbox),
    }


def reset(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """As it began: the demo world, and what the settings and scenarios add."""
    start_anew(sandbox)
    return show_mode(sandbox, request)


def change_switches(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    try:
        sandbox.switches = sandbox.switches.changed(read_object(request))
    except ValueError as error:
        raise Refused(str(error)) from error
    return sandbox.switches.as_dict()


def add_faults(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """One fault, or several under ``faults``. Nothing is queued when one cannot be read."""
    given = read_object(request)
    scripts, now = given.get("faults", [given]), sandbox.clock.seconds()
    try:
        return {"faults": [describe_fault(fault) for fault in sandbox.faults.add_all(scripts, now)]}
    except NotAFault as error:
        raise Refused(str(error)) from error


def list_faults(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Those that wait, and as ``played`` those that are used up."""
    return {
        "faults": [describe_fault(fault) for fault in sandbox.faults],
        "played": [describe_fault(fault) for fault in sandbox.faults.ended],
    }


def delete_faults(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """All of them, or the one with ``?id=``."""
    wanted = request.query.get("id")
    if wanted is None:
        sandbox.faults.clear()
    elif not wanted.isdigit() or not sandbox.faults.remove(int(wanted)):
        raise Refused("No fault that waits has this id.", 404)
    return list_faults(sandbox, request)


def move_clock(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """``offset`` sets, ``advance`` adds, in seconds; ``freeze`` stops it or lets it go on.

    In this order: freeze, offset, advance. What waited for a moment that has now come
    happens before the answer. The Date header stays real.
    """
    given = read_object(request)
    for name, value in given.items():
        if name not in {"offset", "advance", "freeze"} or not _fits_clock(name, value):
            raise Refused("Send 'offset' or 'advance' in seconds, or 'freeze' as true or false.")
    clock = sandbox.clock
    if "freeze" in given and given["freeze"] is not clock.frozen:
        clock.freeze() if given["freeze"] else clock.thaw()
    if "offset" in given:
        clock.move(float(given["offset"]))
    if "advance" in given:
        clock.advance(float(given["advance"]))
    return show_clock(sandbox, request)


def show_clock(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    clock = sandbox.clock
    return {"offset": clock.offset, "now": clock.now().isoformat(), "frozen": clock.frozen}


def shut_listener(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Refuse new connections for ``seconds`` of real time, and tear down those there are.

    The control API is as unreachable as the rest, but for this connection.
    """
    seconds = read_object(request).get("seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 < seconds < 3600:
        raise Refused("Send 'seconds', more than 0 and less than 3600.")
    sandbox.shut_for(seconds)
    return {"seconds": seconds}


def rotate_keys(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    sandbox.keys.rotate(drop_old=bool(read_object(request).get("drop_old")))
    return sandbox.keys.jwks()


def mint_token(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """An access token without the flow, for benchmarks and tests of the ERP side alone.

    ``client_id`` and ``tenant_id`` are needed; ``email`` makes it a user's token.
    """
    given = read_object(request)
    application = sandbox.world.applications.get(given.get("client_id", ""))
    if application is None or sandbox.world.tenant_name(given.get("tenant_id", "")) is None:
        raise Refused("Name a known client_id and tenant_id.")
    scopes = tuple(given.get("scopes") or application.scopes)
    user = sandbox.world.user_by_email(given.get("email", ""))
    value, lifetime = new_access_token(
        sandbox,
        application,
        scopes=scopes,
        tenant_id=given["tenant_id"],
        grant=_grant(sandbox, application, user, given["tenant_id"], scopes) if user else None,
    )
    return {"access_token": value, "token_type": "Bearer", "expires_in": lifetime}


def expire_tokens(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """End access tokens at once: all, or those of a ``client_id`` or ``tenant_id``.

    ``refresh: true`` revokes the refresh tokens as well.
    """
    given = read_object(request)
    client_id, tenant_id = given.get("client_id"), given.get("tenant_id")
    tokens = sandbox.grants.access_tokens
    ended = [
        value
        for value, token in tokens.items()
        if client_id in {None, token.client_id} and tenant_id in {None, token.tenant_id}
    ]
    for value in ended:
        del tokens[value]
    if given.get("refresh"):
        for grant in sandbox.grants.grants.values():
            if client_id in {None, grant.client_id} and tenant_id in {None, grant.tenant_id}:
                grant.revoked = True
    return {"ended": len(ended)}


def _grant(
    sandbox: Sandbox,
    application: Application,
    user: User,
    tenant_id: str,
    scopes: tuple[str, ...],
) -> Grant:
    now = sandbox.clock.seconds()
    grant = new_grant(
        application,
        chance=sandbox.random,
        sub=user.sub,
        tenant_id=tenant_id,
        scopes=scopes,
        now=now,
        auth_time=now,
        sid="CONTROL",
    )
    sandbox.grants.grants[grant.id] = grant
    return grant


def _fits_clock(name: str, value: object) -> bool:
    if name == "freeze" or isinstance(value, bool):
        return name == "freeze" and isinstance(value, bool)
    return isinstance(value, int | float) and abs(value) < 1e10


ROUTES = [
    Route(f"control.{name}", method, f"/_control/{path}", controlled(work))
    for name, method, path, work in (
        ("ready", "GET", "ready", show_ready),
        ("mode", "GET", "mode", show_mode),
        ("reset", "POST", "reset", reset),
        ("switches", "PATCH", "switches", change_switches),
        ("faults", "GET", "faults", list_faults),
        ("faults", "POST", "faults", add_faults),
        ("faults", "DELETE", "faults", delete_faults),
        ("clock", "GET", "clock", show_clock),
        ("clock", "POST", "clock", move_clock),
        ("keys", "POST", "keys/rotate", rotate_keys),
        ("tokens", "POST", "tokens", mint_token),
        ("tokens", "DELETE", "tokens", expire_tokens),
        ("world", "GET", "world", views.show_world),
        ("mails", "GET", "mails", list_mails),
        ("orders", "GET", "orders", views.list_orders),
        ("orders", "POST", "orders", push_order),
        ("references", "GET", "references", witness.list_references),
        ("references", "POST", "references", witness.compare_references),
        ("requests", "GET", "requests", witness.list_requests),
        ("token-calls", "GET", "token-calls", witness.list_token_calls),
        ("verdict", "GET", "verdict", witness.give_verdict),
        ("listener", "POST", "listener", shut_listener),
        ("state", "GET", "state", states.show_state),
        ("state", "PUT", "state", states.put_state),
        ("snapshots", "GET", "snapshots", states.list_snapshots),
        ("snapshots", "PUT", r"snapshots/(?P<name>[^/]+)", states.save_snapshot),
        ("snapshots", "DELETE", r"snapshots/(?P<name>[^/]+)", states.delete_snapshot),
        ("snapshots", "POST", r"snapshots/(?P<name>[^/]+)/restore", states.restore_snapshot),
        ("applications", "POST", "applications", records.put_application),
        ("companies", "POST", "companies", records.put_company),
        ("users", "POST", "users", records.put_user),
        ("codes", "POST", "codes", records.put_code),
        ("approvals", "POST", "approvals", records.put_approval),
        ("policies", "GET", "policies", quotas.show_policies),
        ("policies", "PUT", "policies", quotas.put_policies),
        ("vni", "POST", "vni/activations", quotas.mail_activation),
    )
] + [*switchboard.ROUTES, *faultboard.ROUTES, *stateboard.ROUTES]
