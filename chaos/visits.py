"""Somebody who looks at pages all the time, and notes which failed and how long each took."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from chaos.intake import ask

PAUSE = 0.2  # seconds between two pages
PATIENCE = 60.0  # a slow page is measured, and none that failed


@dataclass(frozen=True, slots=True)
class Visit:
    """``at`` and ``seconds`` are of the monotonic clock; ``status`` is 0 without an answer."""

    at: float
    seconds: float
    status: int

    @property
    def well(self) -> bool:
        return self.status == 200


@dataclass(slots=True)
class Visitor:
    visits: list[Visit] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self, address: str, shops: Sequence[Any]) -> None:
        self._thread = threading.Thread(target=self._walk, args=(address, shops), daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _walk(self, address: str, shops: Sequence[Any]) -> None:
        number = 0
        while not self._stop.wait(PAUSE):
            shop, number = shops[number % len(shops)], number + 1
            at = time.monotonic()
            status, _ = ask(address, "GET", shop.page, {"Cookie": shop.cookie}, timeout=PATIENCE)
            self.visits.append(Visit(at, time.monotonic() - at, status))


def within(visits: Iterable[Visit], spans: Sequence[tuple[float, float]]) -> list[Visit]:
    """The visits that fell, even in part, into one of the spans of time."""
    return [
        visit
        for visit in visits
        if any(start <= visit.at + visit.seconds and visit.at <= end for start, end in spans)
    ]


def slowest(visits: Sequence[Visit], share: float = 0.99) -> float:
    """How long that share of the visits took at most; 0 without any."""
    taken = sorted(visit.seconds for visit in visits)
    return taken[min(len(taken) - 1, int(len(taken) * share))] if taken else 0.0
