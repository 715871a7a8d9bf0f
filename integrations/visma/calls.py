"""What goes into the pump and what comes out of it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from integrations.visma.pacing import Pace

_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def boot_time() -> float:
    """Seconds on the clock of deadlines; where the system has one it goes on during sleep."""
    return time.clock_gettime(_BOOT_CLOCK)


@dataclass(slots=True)
class Deadline:
    """The moment (``boot_time``) after which the gate lets nothing through.

    Shared by the requests of one lease: renewing moves ``until``, giving up sets it to 0. An answer
    401, 429 or 503 sets ``shut``, the latter two that of ``beyond`` too, before anything else is
    sent: nothing passes until the owner has judged it and takes that back.
    """

    until: float
    shut: bool = False
    beyond: Deadline | None = None  # the gate of what several leases share: a quota

    def passes(self) -> bool:
        """Whether a request may go out now."""
        if self.shut or boot_time() >= self.until:
            return False
        return self.beyond is None or self.beyond.passes()


@dataclass(slots=True)
class Call:
    """One request. ``headers`` are whole lines; they and the body stay out of the repr."""

    key: object
    method: str
    url: str = field(repr=False)
    headers: tuple[str, ...] = field(repr=False)
    body: bytes | None = field(repr=False)
    deadline: Deadline
    timeout: float = 0.0  # seconds for the whole of it; 0: as the pump says
    pace: Pace | None = field(default=None, repr=False)  # told when the first byte goes out


@dataclass(frozen=True, slots=True)
class Answer:
    """How one call ended.

    ``passed`` is how many tries the gate let through (0: nothing was sent), ``refused`` how many
    it stopped. ``headers`` are the last block's, names in lower case; ``complete`` says that the
    block was ended by its empty line. ``began`` and ``ended`` are monotonic seconds, ``error`` is
    libcurl's own text.
    """

    key: object
    curl_code: int
    passed: int
    refused: int
    status: int
    headers: dict[str, list[str]] = field(repr=False)
    body: bytes = field(repr=False)
    complete: bool
    began: float
    ended: float
    error: str = ""

    @property
    def whole(self) -> bool:
        """Headers and body came to their proper end."""
        return self.curl_code == 0 and self.complete
