"""What a process's threads call and what that costs, by CPU and not by the clock on the wall.

Tracing makes every call dearer, and small functions look worse than they are. A run without it
tells how much is to be taken off.
"""

from __future__ import annotations

import gc
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from cProfile import Profile
from dataclasses import dataclass, field
from types import CodeType
from typing import Any


class Tracer:
    """Traces this thread from ``start`` to ``stop``, and every thread begun in between."""

    def __init__(self) -> None:
        self._profiles: list[tuple[str, Profile]] = []
        self._run: Callable[[threading.Thread], None] = threading.Thread.run
        self._collecting = self._collects_since = 0.0

    def start(self) -> None:
        def run(thread: threading.Thread) -> None:
            self._trace(thread.name)
            self._run(thread)

        # The only way into a new thread; typeshed doesn't see that functions bind.
        threading.Thread.run = run  # type: ignore[method-assign,assignment]
        gc.callbacks.append(self._on_collection)
        self._trace(threading.current_thread().name)

    def stop(self) -> dict[str, Any]:
        """Seconds by thread, and the arguments of ``Calls`` over all of them."""
        for _, profile in self._profiles:
            profile.disable()
        threading.Thread.run = self._run  # type: ignore[method-assign,assignment]
        gc.callbacks.remove(self._on_collection)
        threads: defaultdict[str, float] = defaultdict(float)
        calls = Calls()
        for name, profile in self._profiles:
            for entry in profile.getstats():
                threads[name] += entry.inlinetime
                calls.add(entry)
        return {
            "threads": dict(threads),
            "collecting": self._collecting,
            "calls": [calls.functions, calls.edges],
        }

    def _trace(self, thread: str) -> None:
        profile = Profile(time.thread_time)
        self._profiles.append((thread, profile))
        profile.enable()

    def _on_collection(self, phase: str, _: object) -> None:
        if phase == "start":
            self._collects_since = time.thread_time()
        else:
            self._collecting += time.thread_time() - self._collects_since


@dataclass(slots=True)
class Calls:
    """Of each function how often it was called and its own CPU; by whom, and how long with it."""

    functions: dict[str, list[float]] = field(default_factory=dict)
    edges: dict[str, dict[str, list[float]]] = field(default_factory=dict)

    def add(self, entry: Any) -> None:
        """Take in one of ``Profile.getstats``."""
        name = _name(entry.code)
        sums = self.functions.setdefault(name, [0, 0.0])
        sums[0] += entry.callcount
        sums[1] += entry.inlinetime
        below = self.edges.setdefault(name, {})
        for callee in entry.calls or ():
            made = below.setdefault(_name(callee.code), [0, 0.0])
            made[0] += callee.callcount
            made[1] += callee.totaltime

    def as_if_untraced(self, traced: float, untraced: float) -> list[tuple[str, int, float, float]]:
        """(function, calls, own, with callees) as they would have cost without tracing.

        A run took ``traced`` seconds, another without it ``untraced``. The difference is spread
        over all calls: half of each call's share lies with the callee, half with the caller.
        """
        toll = max(0.0, traced - untraced) / max(1, sum(row[0] for row in self.functions.values()))
        own = {
            name: max(0.0, spent - toll * (count + self._made(name)) / 2)
            for name, (count, spent) in self.functions.items()
        }
        scale = untraced / (sum(own.values()) or 1.0)
        own = {name: spent * scale for name, spent in own.items()}
        whole = self._with_callees(own)
        return [(name, int(row[0]), own[name], whole[name]) for name, row in self.functions.items()]

    def _made(self, name: str) -> float:
        return sum(count for count, _ in self.edges.get(name, {}).values())

    def _with_callees(self, own: dict[str, float]) -> dict[str, float]:
        """Each function's own and its part of what it calls, divided as the traced times were."""
        received: defaultdict[str, float] = defaultdict(float)
        for below in self.edges.values():
            for callee, (_, spent) in below.items():
                received[callee] += spent
        known: dict[str, float] = {}

        def of(name: str, above: frozenset[str]) -> float:
            if name in above:
                return 0.0
            if name not in known:
                within = above | {name}
                known[name] = own.get(name, 0.0) + sum(
                    of(callee, within) * spent / (received[callee] or 1.0)
                    for callee, (_, spent) in self.edges.get(name, {}).items()
                )
            return known[name]

        return {name: of(name, frozenset()) for name in own}


def _name(code: CodeType | str) -> str:
    if isinstance(code, str):
        return code
    path = code.co_filename.removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join([*path[-2:], getattr(code, "co_qualname", code.co_name)])
