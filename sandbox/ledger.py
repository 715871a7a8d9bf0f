"""What the sandbox was asked and what it answered. Never a secret, never a body."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 200_000


@dataclass(slots=True)
class Entry:
    """One request. ``at`` is seconds since the epoch; ``path`` is without its query.

    ``answered`` is the status sent, or 0 when no complete answer left the sandbox.
    ``detail`` is the grant type at the token endpoint, a word of the room's own elsewhere.
    ``too_early`` marks a call that came before the Retry-After it was given was over.
    """

    number: int
    at: float
    method: str
    path: str
    connection: int
    reused: bool
    kind: str = "unknown"
    tenant_id: str | None = None
    client_id: str | None = None
    reference: str | None = None
    committed: str | None = None
    committed_at: float | None = None
    answered: int = 0
    fault: str | None = None
    seconds: float | None = None
    detail: str | None = None
    too_early: bool = False


class Ledger:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._count = 0

    def open(self, *, at: float, method: str, path: str, connection: int, reused: bool) -> Entry:
        self._count += 1
        return Entry(self._count, at, method, path, connection, reused)

    def keep(self, entry: Entry) -> None:
        self._entries.append(entry)

    def clear(self) -> None:
        self._entries.clear()

    def matching(self, wanted: dict[str, Any], after: int = 0) -> Iterator[dict[str, Any]]:
        """Entries with a number above ``after`` whose members equal all of ``wanted``."""
        for entry in self._entries:
            if entry.number > after and all(
                str(getattr(entry, name)) == value for name, value in wanted.items()
            ):
                yield asdict(entry)

    def __len__(self) -> int:
        return len(self._entries)
