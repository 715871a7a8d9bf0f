"""Where a process's CPU goes, by looking at all its threads every five milliseconds.

Each look charges what a thread's own CPU clock gained since the last one to the functions it is
found in. A tracing profiler would double the cost of the loop it measures; this adds a hundredth.
"""

from __future__ import annotations

import gc
import resource
import sys
import threading
import time
from collections import defaultdict
from types import CodeType, FrameType
from typing import Any, TypeVar

EVERY = 0.005  # seconds
SWITCH = 0.0005  # a busy thread is interrupted after this, so that looks don't wait for it
DEEPEST = 60
MOST_LINES = 40

T = TypeVar("T")


class Sampler:
    """Watches from ``start`` to ``stop``. ``own`` and ``total`` are CPU seconds by function."""

    def __init__(self) -> None:
        self.own: defaultdict[CodeType, float] = defaultdict(float)
        self.total: defaultdict[CodeType, float] = defaultdict(float)
        self.lines: defaultdict[tuple[CodeType, int], float] = defaultdict(float)
        self.threads: defaultdict[str, float] = defaultdict(float)
        self.collecting = 0.0
        self._spent: dict[int, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="sampler", daemon=True)
        self._collects_since = 0.0

    def start(self) -> None:
        sys.setswitchinterval(SWITCH)
        gc.callbacks.append(self._on_collection)
        self._used = resource.getrusage(resource.RUSAGE_SELF)
        self._look()
        self._thread.start()

    def stop(self) -> dict[str, Any]:
        """Everything seen, in a form that can be told over a pipe."""
        self._ended.set()
        self._thread.join()
        gc.callbacks.remove(self._on_collection)
        used = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "user": used.ru_utime - self._used.ru_utime,
            "system": used.ru_stime - self._used.ru_stime,
            "switches": [
                used.ru_nvcsw - self._used.ru_nvcsw,
                used.ru_nivcsw - self._used.ru_nivcsw,
            ],
            "collecting": self.collecting,
            "threads": dict(self.threads),
            "functions": [
                [_name(code), self.own[code], total] for code, total in _dearest(self.total)
            ],
            "lines": [
                [f"{_name(code)}:{line}", spent]
                for (code, line), spent in _dearest(self.lines)[:MOST_LINES]
            ],
        }

    def _watch(self) -> None:
        while not self._ended.wait(EVERY):
            self._look()

    def _look(self) -> None:
        names = {one.ident: one.name for one in threading.enumerate()}
        for ident, frame in sys._current_frames().items():
            spent = time.clock_gettime(time.pthread_getcpuclockid(ident))
            gained = spent - self._spent.get(ident, spent)
            self._spent[ident] = spent
            if gained:
                name = names.get(ident, "another")
                self.threads[name] += gained
                if name != self._thread.name:
                    self._charge(frame, gained)

    def _charge(self, frame: FrameType | None, gained: float) -> None:
        if frame:
            self.own[frame.f_code] += gained
            self.lines[frame.f_code, frame.f_lineno] += gained
        seen: set[CodeType] = set()
        while frame and len(seen) < DEEPEST:
            seen.add(frame.f_code)
            frame = frame.f_back
        for code in seen:
            self.total[code] += gained

    def _on_collection(self, phase: str, _: object) -> None:
        if phase == "start":
            self._collects_since = time.thread_time()
        else:
            self.collecting += time.thread_time() - self._collects_since


def _dearest(spent: dict[T, float]) -> list[tuple[T, float]]:
    return sorted(spent.items(), key=lambda one: -one[1])


def _name(code: CodeType) -> str:
    path = code.co_filename.removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join([*path[-2:], getattr(code, "co_qualname", code.co_name)])
