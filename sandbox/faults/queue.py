"""Faults that wait for their request."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sandbox.faults.scripts import CONNECTION, Deed, Fault, NotAFault, read_fault


@dataclass(frozen=True, slots=True)
class Occasion:
    """A request, or a new connection, as far as a fault asks about it. ``at`` is the clock's."""

    kind: str
    at: float
    method: str = ""
    tenant_id: str | None = None
    client_id: str | None = None
    reference: str | None = None
    grant_type: str | None = None
    reused: bool = False


@dataclass(slots=True)
class FaultQueue:
    """Faults wait in the order they came; the first that fits a request happens to it.

    ``ended`` are those that have been used up. ``seed`` decides on chances.
    """

    seed: int = 0
    ended: list[Fault] = field(default_factory=list)
    _faults: list[Fault] = field(default_factory=list)
    _last_id: int = 0
    _hidden: dict[str, float] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def __len__(self) -> int:
        return len(self._faults)

    def add_all(self, scripts: Any, now: float) -> list[Fault]:
        """Queue all or, when one cannot be read, none. Raises NotAFault."""
        if not isinstance(scripts, list) or not all(isinstance(one, dict) for one in scripts):
            raise NotAFault("Send one fault, or a list of them as 'faults'")
        faults = [read_fault(script, now) for script in scripts]
        for fault in faults:
            self._last_id += 1
            fault.id = self._last_id
        self._faults.extend(faults)
        return faults

    def clear(self) -> None:
        self._faults.clear()
        self.ended.clear()

    def remove(self, fault_id: int) -> bool:
        """Take one away; False when none has the id."""
        kept = [fault for fault in self._faults if fault.id != fault_id]
        found = len(kept) < len(self._faults)
        self._faults = kept
        return found

    def take(self, occasion: Occasion) -> Deed | None:
        for fault in self._faults:
            if _fits(fault, occasion) and self._happens(fault):
                fault.played += 1
                deed = _next_step(fault) if fault.steps else fault
                if not fault.steps:
                    _count_down(fault)
                if fault.count == 0:
                    self._faults.remove(fault)
                    self.ended.append(fault)
                return None if deed.do == "ok" else deed
        return None

    def hide(self, tenant_id: str, order: str, until: float) -> None:
        """Keep an order (``SO/000001``) out of lists until then."""
        self._hidden[f"{tenant_id}/{order}"] = until

    def hidden(self, tenant_id: str, now: float) -> set[str]:
        """The orders of a company that no list may show yet."""
        prefix = f"{tenant_id}/"
        return {
            name.removeprefix(prefix)
            for name, until in self._hidden.items()
            if until > now and name.startswith(prefix)
        }

    def _happens(self, fault: Fault) -> bool:
        fault.seen += 1
        if fault.skip:
            fault.skip -= 1
            return False
        if fault.rate >= 1:
            return True
        seed = self.seed if fault.seed is None else fault.seed
        # Each fault has chances of its own, so what else happens doesn't change them.
        drawn = hashlib.blake2b(f"{seed}/{fault.id}/{fault.seen}".encode(), digest_size=8)
        return int.from_bytes(drawn.digest(), "big") / 2**64 < fault.rate


def _fits(fault: Fault, occasion: Occasion) -> bool:
    if (occasion.kind == CONNECTION) is not (fault.on == CONNECTION):
        return False
    return (
        fnmatchcase(occasion.kind, fault.on)
        and fault.method in {None, occasion.method}
        and fault.tenant_id in {None, occasion.tenant_id}
        and fault.client_id in {None, occasion.client_id}
        and fault.reference in {None, occasion.reference}
        and fault.grant_type in {None, occasion.grant_type}
        and fault.only_reused in {None, occasion.reused}
        and (fault.starts_at is None or fault.starts_at <= occasion.at)
        and (fault.ends_at is None or occasion.at < fault.ends_at)
    )


def _next_step(fault: Fault) -> Deed:
    step = fault.steps[fault.step]
    fault.step_played += 1
    if fault.step_played >= step.count:
        fault.step, fault.step_played = fault.step + 1, 0
    if fault.step == len(fault.steps):
        fault.step = 0
        _count_down(fault)
    return step


def _count_down(fault: Fault) -> None:
    if fault.count is not None:
        fault.count -= 1
