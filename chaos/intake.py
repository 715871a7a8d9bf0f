"""Shops that hand in their orders over the API, and go on asking until each is accepted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from chaos.orders import Planned

TIMEOUT = 10.0
AGAIN = 0.5
THREADS = 8


@dataclass(slots=True)
class Intake:
    """``accepted`` are the orders answered 202; ``refused`` those the API turned down, and how.

    ``offered`` are all that were handed in: what got no answer may be in all the same. ``last_at``
    is when the last one was accepted.
    ``asked_again`` counts answers that were lost or said that something is away.
    """

    began: float
    offered: list[Planned] = field(default_factory=list)
    accepted: list[Planned] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)
    asked_again: int = 0
    last_at: float = 0.0
    _planned: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)
    _given_up: threading.Event = field(default_factory=threading.Event)

    def begin(self, orders: Sequence[Planned], address: str, shops: Sequence[Any]) -> None:
        """Hands in each order at its moment, from threads of its own."""
        waiting = iter(orders)
        self._planned = len(orders)

        def work() -> None:
            while (planned := self._next(waiting)) is not None:
                self._wait_until(self.began + planned.at)
                self._hand_in(planned, address, shops[planned.shop])

        self._threads = [threading.Thread(target=work, daemon=True) for _ in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def not_taken(self) -> list[str]:
        """What became of the orders that were not accepted, a sentence each."""
        refused = dict(self.refused)
        answered = {one.reference for one in self.accepted} | refused.keys()
        silent = [one.reference for one in self.offered if one.reference not in answered]
        left = self._planned - len(self.offered)
        return [
            *(f"{name} was answered {status}" for name, status in refused.items()),
            *(f"{name} was never answered" for name in silent),
            *([f"{left} orders could not be handed in in time"] if left else []),
        ]

    @property
    def is_over(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def give_up(self) -> None:
        self._given_up.set()

    def _next(self, waiting: Any) -> Planned | None:
        with self._lock:
            return None if self._given_up.is_set() else next(waiting, None)

    def _wait_until(self, moment: float) -> None:
        self._given_up.wait(max(0.0, moment - time.monotonic()))

    def _hand_in(self, planned: Planned, address: str, shop: Any) -> None:
        """The same order again, for as long as the answer says nothing final."""
        with self._lock:
            self.offered.append(planned)
        while not self._given_up.is_set():
            status = post(address, shop.orders, shop.api_key, planned.content)
            with self._lock:
                if status == 202:
                    self.accepted.append(planned)
                    self.last_at = time.monotonic()
                    return
                if 400 <= status < 500:
                    self.refused.append((planned.reference, status))
                    return
                self.asked_again += 1
            self._given_up.wait(AGAIN)


def post(address: str, path: str, key: str, content: object) -> int:
    """The status of the answer; 0 when none came."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return ask(address, "POST", path, headers, json.dumps(content))[0]


def ask(
    address: str,
    method: str,
    path: str,
    headers: dict[str, str],
    body: str | None = None,
    timeout: float = TIMEOUT,
) -> tuple[int, bytes]:
    """Status and body of one request over a connection of its own; 0 when no answer came."""
    parts = urlsplit(address)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException):
        return 0, b""
    finally:
        connection.close()
