"""What goes wrong on Visma's side, class by class, in the words of the sandbox's faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from chaos.stage import Stage

Script = dict[str, Any]
Scripts = Callable[[Random, Stage], Iterator[Script]]

POST, LIST = "salesorders.post", "salesorders.list"
CUTS = (
    "status_line",
    "within_location",
    "after_location",
    "before_blank_line",
    "after_blank_line",
)
BURST_EVERY, LASTS = 20.0, 5.0  # seconds
LONGEST_WAIT = 3  # seconds, of a Retry-After


def _share(stage: Stage, share: float, least: int) -> range:
    """So many of the orders, but enough of them to try every kind."""
    return range(max(least, round(stage.orders * share)))


def _answers(chance: Random, stage: Stage) -> Iterator[Script]:
    """Committed, and the answer lost: on first and on re-used connections in turn."""
    lost: list[Script] = [
        {"do": "commit_then_drop"},
        {"do": "commit_then_reset"},
        {"do": "commit_then_status", "seconds": 0.1, "status": 500},
        {"do": "commit_then_status", "seconds": 0.1, "status": 504, "shape": "html"},
        *({"do": "cut_headers", "cut_at": cut} for cut in CUTS),
        {"do": "cut_body"},
    ]
    for number in _share(stage, 0.02, 2 * len(lost)):
        reused = number // len(lost) % 2 == 1
        yield lost[number % len(lost)] | {"on": POST, "only_reused": reused}


def _late(chance: Random, stage: Stage) -> Iterator[Script]:
    for _ in _share(stage, 0.01, 6):
        yield {
            "do": "commit_late", "on": POST, "seconds": chance.uniform(0.5, stage.latest_commit),
        }  # fmt: skip


def _lag(chance: Random, stage: Stage) -> Iterator[Script]:
    """Lists that lag, also behind commits that are late and answers that are lost."""
    for number in _share(stage, 0.01, 6):
        lag = chance.uniform(0.5, 0.9 * stage.read_lag)
        lagging: list[Script] = [
            {"do": "commit_then_drop"},
            {"do": "commit_late", "seconds": chance.uniform(0.5, stage.latest_commit)},
            {"do": "read_lag"},
        ]
        yield lagging[number % len(lagging)] | {"on": POST, "lag": lag}


def _hang(chance: Random, stage: Stage) -> Iterator[Script]:
    beyond = stage.read_timeout + 2
    hung: list[Script] = [
        {"do": "hang", "seconds": beyond, "commit": True},
        {"do": "hang", "seconds": beyond},
        {"do": "never_answer"},
        # The client gives up first, and the commit comes while the order is in quarantine.
        {"do": "slow", "seconds": stage.read_timeout + stage.latest_commit / 2, "commit": False},
        {"do": "slow", "seconds": stage.read_timeout / 2},
        {"do": "drip", "bytes_per_second": 150.0},
    ]
    for number in _share(stage, 0.005, len(hung)):
        yield hung[number % len(hung)] | {"on": POST}


def _garbled(chance: Random, stage: Stage) -> Iterator[Script]:
    """Answers that can't be read, to orders and to the lists that look for them."""
    garbled: list[Script] = [
        {"do": "wrong_content_type"},
        {"do": "html"},
        {"do": "truncated_json"},
        {"do": "bad_utf8"},
        {"do": "no_location"},
        {"do": "wrong_location"},
    ]
    for number in _share(stage, 0.01, len(garbled)):
        yield garbled[number % len(garbled)] | {"on": POST}
    for one in garbled[:4]:
        yield one | {"on": LIST}


def _throttle(chance: Random, stage: Stage) -> Iterator[Script]:
    """Bursts of 429, each with a Retry-After of its own."""
    for _ in range(max(2, round(stage.seconds / BURST_EVERY))):
        yield {
            "do": "throttle", "on": "salesorders.*", "seconds": chance.randint(1, LONGEST_WAIT),
            "count": chance.randint(2, 5), "ends_in": LASTS,
        }  # fmt: skip


def _outage(chance: Random, stage: Stage) -> Iterator[Script]:
    """Bursts of 5xx, of connections closed before anything was done, of nobody listening."""
    bursts: list[Script] = [
        {"do": "status", "status": 503, "on": "salesorders.*"},
        {"do": "drop_before_commit", "on": POST},
        {"do": "status", "status": 500, "shape": "json", "on": "salesorders.*"},
        {"do": "reset_before_commit", "on": POST},
        {"do": "status", "status": 502, "shape": "html", "on": "salesorders.*"},
    ]
    for number in range(max(2, round(stage.seconds / BURST_EVERY))):
        burst = bursts[number % len(bursts)]
        yield burst | {"count": chance.randint(3, 8), "ends_in": LASTS}
    yield {"do": "stop_listening", "on": POST, "seconds": chance.uniform(1, 2)}
    yield {"do": "refuse"}


VISMA: dict[str, Scripts] = {
    "answers": _answers,
    "late": _late,
    "lag": _lag,
    "hang": _hang,
    "garbled": _garbled,
    "throttle": _throttle,
    "outage": _outage,
}
