"""What each deed does to the request and its connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from math import ceil
from typing import Any

from sandbox.faults.bodies import stand_in
from sandbox.faults.changes import CHANGES
from sandbox.faults.scene import Scene
from sandbox.faults.scripts import Fault
from sandbox.http import Response
from sandbox.limits.answers import rate_headers, throttle_answer

Act = Callable[[Scene], Coroutine[Any, Any, None]]

DRIP_SECONDS = 0.25
FOREVER = 1e11


async def commit_then_drop(scene: Scene) -> None:
    await scene.end(scene.exchange.drop, commits=True)


async def commit_then_reset(scene: Scene) -> None:
    await scene.end(scene.exchange.reset, commits=True)


async def drop_before_commit(scene: Scene) -> None:
    await scene.end(scene.exchange.drop, commits=False)


async def reset_before_commit(scene: Scene) -> None:
    await scene.end(scene.exchange.reset, commits=False)


async def stop_listening(scene: Scene) -> None:
    def shut() -> None:
        scene.exchange.reset()
        scene.sandbox.shut_for(scene.deed.seconds)

    await scene.end(shut, commits=False)


async def never_answer(scene: Scene) -> None:
    """Until the client goes, or the sandbox is reset."""
    await scene.end(lambda: None, commits=False)
    clock, connection = scene.sandbox.clock, scene.exchange.connection
    endings = {
        asyncio.ensure_future(connection.gone.wait()),
        asyncio.ensure_future(clock.sleep(FOREVER)),
    }
    await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
    for ending in endings:
        ending.cancel()


async def hang(scene: Scene) -> None:
    await scene.end(scene.exchange.drop, commits=False, wait=scene.deed.seconds)


async def commit_late(scene: Scene) -> None:
    scene.exchange.drop()
    await scene.sandbox.clock.sleep(scene.deed.commit_after or scene.deed.seconds)
    scene.work()


async def commit_then_status(scene: Scene) -> None:
    answer = stand_in(scene.deed)
    await scene.end(lambda: scene.exchange.send(answer), commits=True, wait=scene.deed.seconds)


async def answer_status(scene: Scene) -> None:
    answer = stand_in(scene.deed)
    await scene.end(lambda: scene.exchange.send(answer), commits=False)


async def maintenance(scene: Scene) -> None:
    answer, deed = stand_in(scene.deed), scene.deed
    if isinstance(deed, Fault) and deed.ends_at is not None:
        left = ceil(deed.ends_at - scene.sandbox.clock.seconds())
        _tell_to_wait(scene, left)
        answer.headers.append(("Retry-After", str(left)))
    await scene.end(lambda: scene.exchange.send(answer), commits=False)


async def throttle(scene: Scene) -> None:
    switches, seconds = scene.sandbox.switches, int(scene.deed.seconds)
    answer = throttle_answer(switches, seconds)
    answer.headers += rate_headers(
        switches,
        name="4-fixed-window",
        limit=switches.rate_limit,
        used=switches.rate_limit,
        left=seconds,
        now=scene.sandbox.clock.seconds(),
    )
    _tell_to_wait(scene, seconds)
    await scene.end(lambda: scene.exchange.send(answer), commits=False)


async def throttle_bare(scene: Scene) -> None:
    await scene.end(lambda: scene.exchange.send(Response(429)), commits=False)


async def unauthorized(scene: Scene) -> None:
    refusal = Response(401, b"", [("WWW-Authenticate", "Bearer")])
    await scene.end(lambda: scene.exchange.send(refusal), commits=False)


async def revoke_token(scene: Scene) -> None:
    entry, tokens = scene.exchange.request.entry, scene.sandbox.grants.access_tokens
    dead = [
        value
        for value, token in tokens.items()
        if (token.client_id, token.tenant_id) == (entry.client_id, entry.tenant_id)
    ]
    for value in dead:
        del tokens[value]
    await unauthorized(scene)


async def slow(scene: Scene) -> None:
    """With ``commit: false`` the work too is done only after the wait."""
    clock, deed = scene.sandbox.clock, scene.deed
    response = await scene.true_answer() if deed.commit is not False else None
    await clock.sleep(deed.seconds - deed.commit_after if response else deed.seconds)
    scene.exchange.send(response or scene.work())


async def drip(scene: Scene) -> None:
    response, deed = await scene.true_answer(), scene.deed
    payload = scene.exchange.encoded(response)
    pause = max(1 / deed.bytes_per_second, DRIP_SECONDS)
    size = max(round(deed.bytes_per_second * pause), 1)
    for start in range(0, len(payload), size):
        if start:
            await scene.sandbox.clock.sleep(pause)
        if not scene.exchange.drip(payload[start : start + size], response.status):
            return
    scene.exchange.end_drip()


async def cut_headers(scene: Scene) -> None:
    """Close within the headers, see CUTS; plain HTTP takes the end for the headers' end."""
    response = await scene.true_answer()
    payload = scene.exchange.encoded(response)
    scene.exchange.send_part(payload[: _CUTS[scene.deed.cut_at](payload)], response.status)


async def cut_body(scene: Scene) -> None:
    """Announce more than is sent: half of the body, or none of it."""
    response = await scene.true_answer()
    missing = b"" if response.body else b" " * 64
    whole = Response(response.status, response.body + missing, response.headers)
    payload = scene.exchange.encoded(whole)
    end = len(payload) - len(whole.body) + len(response.body) // 2
    scene.exchange.send_part(payload[:end], response.status)


async def rotate_keys(scene: Scene) -> None:
    scene.sandbox.keys.rotate(drop_old=scene.deed.drop_old)
    scene.exchange.send(await scene.true_answer())


async def skew_clock(scene: Scene) -> None:
    await scene.sandbox.clock.sleep(scene.deed.commit_after)
    with scene.sandbox.clock.ahead(scene.deed.seconds):
        response = scene.work()
    scene.exchange.send(response)


async def change(scene: Scene) -> None:
    """The true answer, changed before it is sent."""
    response = await scene.true_answer()
    scene.exchange.send(CHANGES[scene.deed.do](response, scene.deed))


def _tell_to_wait(scene: Scene, seconds: float) -> None:
    entry, now = scene.exchange.request.entry, scene.sandbox.clock.seconds()
    if entry.client_id:
        scene.sandbox.limits.told_to_wait(entry.tenant_id or "", entry.client_id, now + seconds)


ACTS: Mapping[str, Act] = {
    "commit_then_drop": commit_then_drop,
    "commit_then_reset": commit_then_reset,
    "drop_before_commit": drop_before_commit,
    "reset_before_commit": reset_before_commit,
    "stop_listening": stop_listening,
    "never_answer": never_answer,
    "hang": hang,
    "commit_late": commit_late,
    "commit_then_status": commit_then_status,
    "status": answer_status,
    "maintenance": maintenance,
    "conflict": answer_status,
    "html": answer_status,
    "throttle": throttle,
    "throttle_bare": throttle_bare,
    "unauthorized": unauthorized,
    "revoke_token": revoke_token,
    "slow": slow,
    "drip": drip,
    "cut_headers": cut_headers,
    "cut_body": cut_body,
    "rotate_keys": rotate_keys,
    "skew_clock": skew_clock,
} | dict.fromkeys(CHANGES, change)

_CUTS: dict[str, Callable[[bytes], int]] = {
    "status_line": lambda payload: payload.index(b"\r\n") + 2,
    "within_location": lambda payload: _end_of_location(payload) - 5,
    "after_location": lambda payload: _end_of_location(payload),
    "before_blank_line": lambda payload: payload.index(b"\r\n\r\n") + 2,
    "after_blank_line": lambda payload: payload.index(b"\r\n\r\n") + 4,
}


def _end_of_location(payload: bytes) -> int:
    # Five bytes less take the last digits, so that a careless reader has half a number.
    start = payload.find(b"\r\nLocation:")
    return payload.index(b"\r\n", start + 2) + 2 if start >= 0 else len(payload) // 2
