"""What each fault does to the request and its connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.exchange import Exchange
from sandbox.faults.scripts import Fault
from sandbox.http import Response
from sandbox.limits import throttle_answer
from sandbox.switches import Switches


@dataclass(frozen=True, slots=True)
class Scene:
    """One request to which a fault happens. ``run`` does what was asked and returns the answer."""

    exchange: Exchange
    run: Callable[[], Response]
    switches: Switches


Act = Callable[[Fault, Scene], Coroutine[Any, Any, None]]


async def commit_then_drop(fault: Fault, scene: Scene) -> None:
    scene.run()
    scene.exchange.drop()


async def commit_then_reset(fault: Fault, scene: Scene) -> None:
    scene.run()
    scene.exchange.reset()


async def drop_before_commit(fault: Fault, scene: Scene) -> None:
    scene.exchange.drop()


async def reset_before_commit(fault: Fault, scene: Scene) -> None:
    scene.exchange.reset()


async def hang(fault: Fault, scene: Scene) -> None:
    """Say nothing for ``seconds``, then drop; with ``commit`` the order is there at once."""
    if fault.commit:
        scene.run()
    await asyncio.sleep(fault.seconds)
    scene.exchange.drop()


async def commit_late(fault: Fault, scene: Scene) -> None:
    """Drop now, commit after ``seconds``."""
    scene.exchange.drop()
    await asyncio.sleep(fault.seconds)
    scene.run()


async def answer_status(fault: Fault, scene: Scene) -> None:
    if fault.commit:
        scene.run()
    content_type = fault.content_type or ("text/plain" if fault.body else "")
    headers = [("Content-Type", content_type)] if content_type else []
    scene.exchange.send(
        Response(fault.status, fault.body.encode(), [*headers, *fault.headers.items()])
    )


async def slow(fault: Fault, scene: Scene) -> None:
    """Answer well after ``seconds``; with ``commit: false`` the work too is done only then."""
    response = scene.run() if fault.commit is not False else None
    await asyncio.sleep(fault.seconds)
    scene.exchange.send(response or scene.run())


async def cut_headers(fault: Fault, scene: Scene) -> None:
    """Close within the headers, see CUTS; plain HTTP takes the end for the headers' end."""
    payload = scene.exchange.encoded(scene.run())
    scene.exchange.send_part(payload[: _CUTS[fault.cut_at](payload)])


async def cut_body(fault: Fault, scene: Scene) -> None:
    """Announce more than is sent: half of the body, or none of it."""
    response = scene.run()
    missing = b"" if response.body else b" " * 64
    whole = Response(response.status, response.body + missing, response.headers)
    payload = scene.exchange.encoded(whole)
    scene.exchange.send_part(payload[: len(payload) - len(whole.body) + len(response.body) // 2])


async def wrong_location(fault: Fault, scene: Scene) -> None:
    response = scene.run()
    kept = [header for header in response.headers if header[0] != "Location"]
    changed = Response(response.status, response.body, [*kept, ("Location", fault.location)])
    scene.exchange.send(changed)


async def throttle(fault: Fault, scene: Scene) -> None:
    scene.exchange.send(throttle_answer(scene.switches, int(fault.seconds)))


async def unauthorized(fault: Fault, scene: Scene) -> None:
    scene.exchange.send(Response(401, b"", [("WWW-Authenticate", "Bearer")]))


ACTS: Mapping[str, Act] = {
    "commit_then_drop": commit_then_drop,
    "commit_then_reset": commit_then_reset,
    "drop_before_commit": drop_before_commit,
    "reset_before_commit": reset_before_commit,
    "hang": hang,
    "commit_late": commit_late,
    "status": answer_status,
    "slow": slow,
    "cut_headers": cut_headers,
    "cut_body": cut_body,
    "wrong_location": wrong_location,
    "throttle": throttle,
    "unauthorized": unauthorized,
}

_CUTS: dict[str, Callable[[bytes], int]] = {
    "status_line": lambda payload: payload.index(b"\r\n") + 2,
    "within_location": lambda payload: _middle_of_location(payload),
    "after_location": lambda payload: _end_of_location(payload),
    "before_blank_line": lambda payload: payload.index(b"\r\n\r\n") + 2,
}


def _middle_of_location(payload: bytes) -> int:
    # Short of the last digits, so that a careless reader takes half an order number.
    return _end_of_location(payload) - 5


def _end_of_location(payload: bytes) -> int:
    start = payload.find(b"\r\nLocation:")
    return payload.index(b"\r\n", start + 2) + 2 if start >= 0 else len(payload) // 2
