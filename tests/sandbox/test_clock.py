"""The clock of the sandbox, and what waits on it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import pytest
import requests

from sandbox.clock import Clock
from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox_process import ControlRefused, SandboxProcess

HOUR = 3600.0
T = TypeVar("T")


def finished(work: Coroutine[Any, Any, T]) -> T:
    """What it comes to, on a thread of its own: a browser's loop may be running on this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def moment(shown: dict[str, object]) -> float:
    return datetime.fromisoformat(str(shown["now"])).timestamp()


def test_moves_forward_and_back(sandbox: SandboxProcess) -> None:
    before = moment(sandbox.clock(freeze=True))

    assert moment(sandbox.clock(advance=HOUR)) == pytest.approx(before + HOUR)
    assert moment(sandbox.clock(advance=-2 * HOUR)) == pytest.approx(before - HOUR)
    assert sandbox.clock(offset=60)["offset"] == pytest.approx(60)


def test_stands_still_and_goes_on_from_there(sandbox: SandboxProcess) -> None:
    stopped = sandbox.clock(freeze=True)
    assert sandbox.control("GET", "clock")["now"] == stopped["now"]
    assert sandbox.control("GET", "clock")["frozen"]

    going = sandbox.clock(freeze=False)

    assert 0 <= moment(going) - moment(stopped) < 5
    assert not going["frozen"]


def test_a_reset_brings_real_time_back(sandbox: SandboxProcess) -> None:
    sandbox.clock(freeze=True, advance=HOUR)
    sandbox.reset()

    assert sandbox.control("GET", "clock")["offset"] == 0
    assert not sandbox.control("GET", "clock")["frozen"]


@pytest.mark.parametrize(
    "moves", [{"ahead": 1}, {"advance": "1"}, {"freeze": 1}, {"offset": True}, {"advance": 1e300}]
)
def test_refuses_what_is_no_time(sandbox: SandboxProcess, moves: dict[str, float]) -> None:
    with pytest.raises(ControlRefused):
        sandbox.clock(**moves)


@point("E16.clock")
def test_what_waits_follows_the_clock(norway: Api) -> None:
    norway.sandbox.clock(freeze=True)
    norway.sandbox.switch(erp_delay=600)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(norway.post, order())
        while norway.numbers == []:
            pass
        norway.sandbox.clock(advance=599)
        [under_way] = norway.sandbox.requests()
        norway.sandbox.clock(advance=1)

        assert answer.result(10).status_code == 201
    assert under_way["sent"] == ""


def test_tokens_end_by_the_clock(norway: Api) -> None:
    norway.sandbox.clock(advance=HOUR + 1)

    assert norway.get("/api/v3/SalesOrders").status_code == 401


def test_a_reset_ends_what_waits(norway: Api) -> None:
    norway.sandbox.clock(freeze=True)
    norway.sandbox.fault("commit_then_status", seconds=600)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(norway.post, order())
        while norway.numbers == []:
            pass
        norway.sandbox.reset()

        with pytest.raises(requests.ConnectionError):
            answer.result(10)


def test_sleep_ends_by_moving_or_by_waiting() -> None:
    async def run() -> list[str]:
        clock, woken = Clock(), []

        async def sleeper(name: str, seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append(name)

        tasks = [
            asyncio.create_task(sleeper(name, seconds))
            for name, seconds in (("long", 7200.0), ("short", 3600.0), ("real", 0.01))
        ]
        await tasks[2]
        clock.freeze()
        clock.advance(HOUR)
        await tasks[1]
        clock.advance(HOUR)
        await tasks[0]
        return woken

    assert finished(run()) == ["real", "short", "long"]


def test_a_stopped_clock_wakes_nobody_until_it_goes_on() -> None:
    async def run() -> bool:
        clock = Clock()
        clock.freeze()
        sleeper = asyncio.create_task(clock.sleep(0.005))
        done, _ = await asyncio.wait([sleeper], timeout=0.05)
        clock.thaw()
        await sleeper
        return not done

    assert finished(run())


def test_sleepers_are_cancelled_and_callers_called_by_a_reset() -> None:
    async def run() -> tuple[bool, list[str]]:
        clock, called = Clock(), []
        sleeper = asyncio.create_task(clock.sleep(60))
        clock.call_later(60, lambda: called.append("later"))
        await asyncio.sleep(0)
        clock.reset()
        await asyncio.wait([sleeper])
        return sleeper.cancelled(), called

    assert finished(run()) == (True, ["later"])


def test_many_wake_in_the_order_of_their_moments() -> None:
    async def run() -> list[int]:
        clock, called = Clock(), list[int]()
        clock.freeze()
        for number in (3, 1, 2, 0):
            clock.call_later(float(number), partial(called.append, number))
        clock.advance(2)
        return called

    assert finished(run()) == [0, 1, 2]
