"""Saving and restoring over the control API."""

from __future__ import annotations

import json
from typing import Any

from sandbox.control.answers import Refused
from sandbox.control.codec import NotCarried
from sandbox.control.snapshots import NotAState, pack_state, read_state, unpack_state, write_state
from sandbox.http import Request
from sandbox.state import Sandbox

LONGEST_NAME = 80


def show_state(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """All there is as one document, which ``PUT`` and ``--state`` take."""
    try:
        return write_state(sandbox)
    except NotCarried as error:
        raise Refused(str(error), 500) from error


def put_state(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    try:
        take_up(sandbox, request.body)
    except NotAState as error:
        raise Refused(str(error)) from error
    return {"orders": order_count(sandbox), "requests": len(sandbox.ledger)}


def take_up(sandbox: Sandbox, document: bytes) -> None:
    """Go on from a state as JSON. Raises NotAState, and then nothing has changed."""
    try:
        content = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise NotAState(f"This is not JSON: {error}") from error
    read_state(sandbox, content)


def list_snapshots(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Names with their sizes in bytes. They outlive a reset, not the process."""
    return {"snapshots": {name: len(packed) for name, packed in sandbox.snapshots.items()}}


def save_snapshot(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    name = request.parameters["name"]
    if len(name) > LONGEST_NAME:
        raise Refused(f"A name has {LONGEST_NAME} characters at most.")
    try:
        sandbox.snapshots[name] = pack_state(sandbox)
    except NotCarried as error:
        raise Refused(str(error), 500) from error
    return list_snapshots(sandbox, request)


def restore_snapshot(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """What is under way ends; late commits that have not happened yet never do."""
    unpack_state(sandbox, _named(sandbox, request))
    return {"orders": order_count(sandbox), "requests": len(sandbox.ledger)}


def delete_snapshot(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    _named(sandbox, request)
    del sandbox.snapshots[request.parameters["name"]]
    return list_snapshots(sandbox, request)


def order_count(sandbox: Sandbox) -> int:
    return sum(len(book.orders) for _, book in sandbox.orders)


def _named(sandbox: Sandbox, request: Request) -> bytes:
    name = request.parameters["name"]
    if name not in sandbox.snapshots:
        raise Refused(f"No snapshot has the name {name!r}.", 404)
    return sandbox.snapshots[name]
