"""One run: start everything, take orders in while faults strike, let it settle, judge."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import OperationalError, connection

from chaos import logs, messages, orders, timetable, verdict, witnesses
from chaos.house import House
from chaos.intake import Intake, ask
from chaos.report import Report
from chaos.stage import Stage
from chaos.throwing import Thrower
from chaos.visits import Visitor, slowest, within
from chaos.world import Shop, open_shops

PAUSE = 0.05
BEYOND = 30.0  # seconds an order may take to settle beyond quarantine and lag
HAND_IN = 30.0  # seconds for the last orders to be handed in after the last fault
UP = 90.0
REMEMBERED = 3.0  # seconds for which a server's return may still be felt


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for. ``name`` begins the references of the orders, and tells runs apart.

    ``linger`` is how long faults at the sandbox may wait for a request when the timetable is over.
    """

    seed: int
    classes: list[str]
    stage: Stage
    name: str = "WEB"
    linger: float = 60.0


def move_in(house: House, stage: Stage, shops: int) -> list[Shop]:
    """Opens the shops and starts the programs. Raises NotUp when they don't come up."""
    opened = open_shops(house.visma, shops)
    house.begin_programs(stage)
    _wait_until_up(house, opened)
    return opened


def run(house: House, shops: list[Shop], wish: Wish, say: Callable[[str], None]) -> Report:
    """One run in a house where everything is up. Another may follow under another name."""
    faults = timetable.draw(wish.seed, wish.classes, wish.stage)
    for fault in faults:
        say(str(fault))
    thrower = Thrower(
        house.fleet, house.database, house.broker, house.visma,
        (shops[0].grant, shops[0].connection),
    )  # fmt: skip
    planned = orders.plan(
        wish.seed, wish.stage.orders, len(shops), _intake_seconds(wish.stage), wish.name
    )
    began = time.monotonic()
    intake, visitor = Intake(began), Visitor()
    intake.begin(planned, house.portal, shops)
    visitor.begin(house.portal, shops)
    thrower.load(faults, began)
    while not thrower.is_over or time.monotonic() < began + _intake_seconds(wish.stage):
        _turn(house, thrower)
    _let_strike(house, thrower, wish.linger)
    thrower.count_visma()
    say(f"{time.monotonic() - began:6.1f}  the last fault is over")
    settled_in = _settle(house, intake, thrower.last_at, wish.stage)
    visitor.end()
    return _judged(house, wish, thrower, intake, visitor, shops, settled_in)


def _let_strike(house: House, thrower: Thrower, linger: float) -> None:
    """Faults that wait at the sandbox meet what has not been sent yet, on a slow machine later."""
    until = time.monotonic() + linger
    while time.monotonic() < until and _waiting() and thrower.visma_waits():
        _turn(house)


def _intake_seconds(stage: Stage) -> float:
    return 0.9 * stage.seconds


def _turn(house: House, thrower: Thrower | None = None) -> None:
    if thrower:
        thrower.turn()
    house.tend()
    time.sleep(PAUSE)


class NotUp(Exception):
    """The programs did not begin to work before the first fault."""


def _wait_until_up(house: House, shops: list[Shop]) -> None:
    """Web answers, and a worker has fetched a token for every shop."""
    for shop in shops:
        messages.ask_for_token(shop.grant)
    deadline = time.monotonic() + UP
    while not _is_up(house, shops):
        _turn(house)
        if time.monotonic() > deadline or house.fleet.crashes:
            raise NotUp(f"The programs did not come up. Their logs are in {house.logs}.")


def _is_up(house: House, shops: list[Shop]) -> bool:
    cookie = {"Cookie": shops[0].cookie}
    return ask(house.portal, "GET", shops[0].page, cookie)[0] == 200 and witnesses.all_have_tokens()


def _settle(house: House, intake: Intake, last_fault: float, stage: Stage) -> float | None:
    """Seconds from the last fault until nothing waited; None when that took too long.

    An order handed in later has its time from then on.
    """
    most = stage.quarantine + stage.read_lag + BEYOND
    handed_in_by = time.monotonic() + HAND_IN
    while not intake.is_over and time.monotonic() < handed_in_by:
        _turn(house)
    intake.give_up()
    last_at = max(last_fault, intake.last_at)
    settled: float | None = None
    while settled is None and time.monotonic() < last_at + most:
        _turn(house)
        if _waiting() == 0:
            settled = time.monotonic() - last_at
    # What Visma still has in hand may yet become an order.
    until = time.monotonic() + stage.latest_commit
    while time.monotonic() < until:
        _turn(house)
    return settled


def _waiting() -> int | None:
    """None: the database was just away; a connection of this process may be of before."""
    try:
        return witnesses.still_waiting()
    except OperationalError:
        connection.close()
        return None


def _judged(
    house: House,
    wish: Wish,
    thrower: Thrower,
    intake: Intake,
    visitor: Visitor,
    shops: list[Shop],
    settled_in: float | None,
) -> Report:
    ledger = witnesses.ledger(house.visma, wish.name)
    calls = house.logs / f"calls-{wish.name}.json"
    calls.write_text(json.dumps(house.visma.requests(), indent=0))
    judged = verdict.judge(
        witnesses.accepted(intake.accepted, shops),
        witnesses.tables(),
        witnesses.api(house.portal, shops),
        ledger,
        offered=witnesses.accepted(intake.offered, shops),
    )
    told, early = house.visma.verdict(), witnesses.early_calls(house.visma, thrower.mute)
    traces = logs.uncaused(logs.traces(house.log_files()), wish.classes)
    apart = thrower.away["database"]
    bad = [visit for visit in visitor.visits if not visit.well]
    known = within(bad, [(start - 1, end + REMEMBERED) for start, end in apart])
    broker_away = within(visitor.visits, thrower.away["broker"])
    return Report(
        wish=wish,
        verdict=judged,
        sent=sum(len(there) for there in ledger.values()),
        early=early,
        calls=int(told["requests"]),
        struck=thrower.struck,
        missed=thrower.missed,
        crashes=[f"{one.name} ended with {one.code}" for one in house.fleet.crashes],
        traces=traces,
        left_behind=house.fleet.left_behind(),
        not_taken=intake.not_taken(),
        asked_again=intake.asked_again,
        settled_in=settled_in,
        pages=len(visitor.visits),
        failed_pages=[visit for visit in bad if visit not in known],
        slowest_without_broker=slowest(broker_away),
        starts=house.fleet.starts,
    )
