"""Carries the timetable out, undoes what lasts only for a while, and counts what struck."""

from __future__ import annotations

import contextlib
import heapq
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import psycopg

from chaos.fleet import Fleet
from chaos.intake import ask
from chaos.messages import ring_twice
from chaos.servers import Broker, Database, Server, send
from chaos.timetable import Fault
from sandbox.control.client import Visma

TWO_HOURS = 7200
# Who is killed or frozen tells nobody of a Retry-After; without a database nobody can.
SILENCING = frozenset({"kill", "freeze", "database"})
BETWEEN_RESTARTS = 0.5  # seconds
UNTIL_OPEN = 0.3  # seconds

Action = Callable[[], None]


@dataclass(slots=True)
class Thrower:
    """``turn`` does what is due. Everything runs in the thread that started the processes.

    ``struck`` counts by class and deed; ``missed`` are faults that found nobody to strike.
    ``away`` are the spans of time in which a server couldn't be used, ``mute`` those in which a
    worker that had an answer could not have written it down (of the wall clock).
    """

    fleet: Fleet
    database: Database
    broker: Broker
    visma: Visma
    refreshed: tuple[str, int]  # a grant and a connection for messages that come twice
    struck: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)
    away: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: {"database": [], "broker": []}
    )
    mute: list[tuple[float, float]] = field(default_factory=list)
    last_at: float = 0.0
    _due: list[tuple[float, int, Action]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    _away_now: set[str] = field(default_factory=set)

    def load(self, faults: Iterable[Fault], began: float) -> None:
        for fault in faults:
            self._at(began + fault.at, partial(self._throw, fault))

    @property
    def is_over(self) -> bool:
        return not self._due

    def turn(self) -> None:
        while self._due and self._due[0][0] <= time.monotonic():
            action = heapq.heappop(self._due)[2]
            action()
            self.last_at = time.monotonic()

    def visma_waits(self) -> bool:
        """Whether a fault at the sandbox has not met a request yet."""
        return bool(self._told_faults()["faults"])

    def count_visma(self) -> None:
        """Takes the sandbox's faults away and counts those that met a request."""
        told = self._told_faults()
        self.visma.control("DELETE", "faults")
        self.last_at = time.monotonic()
        for fault in (*told["faults"], *told["played"]):
            to = self.struck if fault["played"] else self.missed
            to[fault["name"], fault["do"]] += fault["played"] or 1

    def _told_faults(self) -> dict[str, Any]:
        while True:
            try:
                return dict(self.visma.control("GET", "faults"))
            except OSError:
                time.sleep(UNTIL_OPEN)

    def _at(self, moment: float, action: Action) -> None:
        heapq.heappush(self._due, (moment, next(self._order), action))

    def _in(self, seconds: float, action: Action) -> None:
        self._at(time.monotonic() + seconds, action)

    def _throw(self, fault: Fault) -> None:
        if fault.members:
            try:
                self.visma.control("POST", "faults", fault.members)
            except OSError:
                # Its door is shut: nobody could be struck just now.
                self._in(UNTIL_OPEN, partial(self._throw, fault))
            return
        struck = self._DEEDS[fault.kind](self, fault)
        if struck and fault.kind in SILENCING:
            self.mute.append((time.time(), time.time() + fault.seconds))
        (self.struck if struck else self.missed)[fault.kind, fault.deed] += 1

    def _kill(self, fault: Fault) -> bool:
        if fault.deed == "kill_child":
            return self.fleet.kill_child(fault.target)
        kill = self.fleet.kill if fault.deed == "kill" else self.fleet.kill_parent
        return kill(fault.target, back_in=fault.seconds)

    def _term(self, fault: Fault) -> bool:
        return self.fleet.term(fault.target)

    def _freeze(self, fault: Fault) -> bool:
        process = self.fleet.freeze(fault.target)
        if process is None:
            return False

        def go_on() -> None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGCONT)
            self.fleet.postpone(process)

        self._in(fault.seconds, go_on)
        return True

    def _strike_broker(self, fault: Fault) -> bool:
        if fault.deed == "flush" and "broker" not in self._away_now:
            self.broker.flush()
            return True
        return self._take_away("broker", self.broker, fault)

    def _strike_database(self, fault: Fault) -> bool:
        if "database" in self._away_now:
            return False
        if fault.deed == "drop_sessions":
            with contextlib.suppress(psycopg.OperationalError):
                self.database.drop_sessions()
            self._note_away("database", time.monotonic())
            return True
        if fault.deed == "restart":
            began = time.monotonic()
            self.database.restart()
            self._note_away("database", began)
            return True
        return self._take_away("database", self.database, fault)

    def _take_away(self, name: str, server: Server, fault: Fault) -> bool:
        """Kills or pauses a server, and brings it back when the fault is over."""
        if name in self._away_now:
            return False
        began, kill = time.monotonic(), fault.deed == "kill"
        self._away_now.add(name)
        (server.kill if kill else server.pause)()

        def back() -> None:
            (server.start if kill else server.go_on)()
            self._away_now.discard(name)
            self._note_away(name, began)

        self._in(fault.seconds, back)
        return True

    def _note_away(self, name: str, began: float) -> None:
        self.away[name].append((began, time.monotonic()))

    def _ring_twice(self, fault: Fault) -> bool:
        return "broker" not in self._away_now and ring_twice(fault.deed, *self.refreshed)

    def _set_clock(self, fault: Fault) -> bool:
        ahead = TWO_HOURS if fault.deed == "ahead" else -TWO_HOURS
        self._replace_with_clock(fault.target, ahead)
        self._in(fault.seconds, lambda: self._replace_with_clock(fault.target, 0))
        return True

    def _replace_with_clock(self, name: str, ahead: int) -> None:
        if not self.fleet.replace(name, clock_ahead=ahead):
            # Away just now: it comes back with that clock.
            self.fleet.programs[name].clock_ahead = ahead

    def _roll(self, fault: Fault) -> bool:
        """Every program in turn, the next before the last has ended; web by its own way."""
        for number, name in enumerate(self.fleet.programs):
            restart = self._reload_web if name == "web" else self._replacing(name)
            self._in(number * BETWEEN_RESTARTS, restart)
        return True

    def _replacing(self, name: str) -> Action:
        return lambda: (self.fleet.replace(name), None)[1]

    def _reload_web(self) -> None:
        """Unless it is still at it: on a machine too slow for that there would be no web at all."""
        if ask(self.fleet.environment["PUBLIC_URL"], "GET", "/healthz", {}, timeout=1)[0] == 200:
            send(self.fleet.programs["web"].process.pid, signal.SIGHUP)

    _DEEDS = {
        "kill": _kill,
        "term": _term,
        "freeze": _freeze,
        "broker": _strike_broker,
        "database": _strike_database,
        "twice": _ring_twice,
        "clock": _set_clock,
        "rolling": _roll,
    }
