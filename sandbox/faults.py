"""Faults on demand: where they apply, how often, and what they do to the connection."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from itertools import count
from typing import Any, get_args, get_type_hints

from sandbox.connection import Exchange
from sandbox.http import Response
from sandbox.limits import throttle_answer
from sandbox.switches import Switches


class NotAFault(Exception):
    """The script of a fault cannot be read; the text says why."""


@dataclass(slots=True)
class Fault:
    """``on`` is a path kind or a pattern of kinds (``salesorders.*``).

    ``count`` None means until deleted; the first ``skip`` matching requests pass;
    ``rate`` is the chance for each request. Times are in seconds.
    """

    do: str
    on: str = "*"
    tenant_id: str | None = None
    reference: str | None = None
    client_id: str | None = None
    only_reused: bool | None = None
    count: int | None = 1
    skip: int = 0
    rate: float = 1.0
    delay: float = 0.0
    seconds: float = 30.0
    status: int = 503
    body: str = ""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    commit: bool | None = None
    cut_at: str = "before_blank_line"
    location: str = "/api/v3/SalesOrders/SO/"
    id: int = 0
    played: int = 0


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
    """Close within the headers, see CUTS: plain HTTP takes the end for the headers' end."""
    payload = scene.exchange.encoded(scene.run())
    scene.exchange.send_part(payload[: CUTS[fault.cut_at](payload)])


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
    act.__name__: act
    for act in (
        commit_then_drop,
        commit_then_reset,
        drop_before_commit,
        reset_before_commit,
        hang,
        commit_late,
        slow,
        cut_headers,
        cut_body,
        wrong_location,
        throttle,
        unauthorized,
    )
} | {"status": answer_status}

CUTS: dict[str, Callable[[bytes], int]] = {
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


class FaultQueue:
    """Faults wait in the order they came; the first that fits a request happens to it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = count(1)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def __len__(self) -> int:
        return len(self._faults)

    def add_all(self, scripts: Any) -> list[Fault]:
        """Queue all or, when one cannot be read, none. Raises NotAFault."""
        if not isinstance(scripts, list) or not all(isinstance(one, dict) for one in scripts):
            raise NotAFault("Send one fault, or a list of them as 'faults'")
        faults = [read_fault(script) for script in scripts]
        for fault in faults:
            fault.id = next(self._ids)
        self._faults.extend(faults)
        return faults

    def clear(self) -> None:
        self._faults.clear()

    def take(
        self,
        *,
        kind: str,
        tenant_id: str | None,
        client_id: str | None,
        reference: str | None,
        reused: bool,
        chance: random.Random,
    ) -> Fault | None:
        for fault in self._faults:
            fits = (
                fnmatchcase(kind, fault.on)
                and fault.tenant_id in {None, tenant_id}
                and fault.client_id in {None, client_id}
                and fault.reference in {None, reference}
                and fault.only_reused in {None, reused}
            )
            if fits and self._happens(fault, chance):
                return fault
        return None

    def _happens(self, fault: Fault, chance: random.Random) -> bool:
        if fault.skip:
            fault.skip -= 1
            return False
        if fault.rate < 1 and chance.random() >= fault.rate:
            return False
        fault.played += 1
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self._faults.remove(fault)
        return True


def read_fault(script: dict[str, Any]) -> Fault:
    """Raises NotAFault."""
    hints = get_type_hints(Fault)
    for name, value in script.items():
        if name not in hints or name in {"id", "played"}:
            raise NotAFault(f"A fault has no member {name!r}")
        if not _fits(value, hints[name]):
            raise NotAFault(f"{name!r} has a value of the wrong type")
    if script.get("do") not in ACTS:
        raise NotAFault(f"'do' is one of {', '.join(sorted(ACTS))}")
    fault = Fault(**script)
    if fault.cut_at not in CUTS:
        raise NotAFault(f"'cut_at' is one of {', '.join(CUTS)}")
    if not 200 <= fault.status <= 599:
        raise NotAFault("'status' is from 200 to 599")
    return fault


def describe_fault(fault: Fault) -> dict[str, Any]:
    return asdict(fault)


def _fits(value: Any, hint: Any) -> bool:
    kinds = get_args(hint) or (hint,)
    if hint == dict[str, str]:
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    if isinstance(value, bool):
        return bool in kinds
    if float in kinds:
        return isinstance(value, int | float)
    return isinstance(value, tuple(kinds))
