"""Faults that wait for their request."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import count
from typing import Any

from sandbox.faults.scripts import Fault, NotAFault, read_fault


class FaultQueue:
    """Faults wait in the order they came; the first that fits a request happens to it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = count(1)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def __len__(self) -> int:
        return len(self._faults)

    def add_all(self, scripts: Any) -> list[Fault]:
        """Queue all or, when one cannot be read, none. Raises NotAFault."""
        if not isinstance(scripts, list) or not all(isinstance(one, dict) for one in scripts):
            raise NotAFault("Send one fault, or a list of them as 'faults'")
        faults = [read_fault(script) for script in scripts]
        for fault in faults:
            fault.id = next(self._ids)
        self._faults.extend(faults)
        return faults

    def clear(self) -> None:
        self._faults.clear()

    def take(
        self,
        *,
        kind: str,
        tenant_id: str | None,
        client_id: str | None,
        reference: str | None,
        reused: bool,
        chance: random.Random,
    ) -> Fault | None:
        for fault in self._faults:
            fits = (
                fnmatchcase(kind, fault.on)
                and fault.tenant_id in {None, tenant_id}
                and fault.client_id in {None, client_id}
                and fault.reference in {None, reference}
                and fault.only_reused in {None, reused}
            )
            if fits and self._happens(fault, chance):
                return fault
        return None

    def _happens(self, fault: Fault, chance: random.Random) -> bool:
        if fault.skip:
            fault.skip -= 1
            return False
        if fault.rate < 1 and chance.random() >= fault.rate:
            return False
        fault.played += 1
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self._faults.remove(fault)
        return True
