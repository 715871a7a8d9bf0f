"""What the sandbox was asked and what it answered. Never a secret, never a body."""

from __future__ import annotations

import hashlib
import marshal
import zlib
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from sandbox.clock import Clock

RECENT = 2000
PACKED = 500
CREDENTIALS = {"authorization", "cookie", "proxy-authorization"}


@dataclass(slots=True)
class Entry:
    """One request. Moments are seconds since the epoch on the sandbox's clock.

    ``path`` is without its query. ``sent`` says what left the sandbox: ``whole``, ``cut``,
    ``none``, or nothing while it is under way. ``status`` is that of the answer, whole or cut;
    ``answered`` the same, but 0 when no whole answer left. ``seconds`` are of real time.
    ``detail`` is the grant type at the token endpoint, a word of the room's own elsewhere.
    ``too_early`` marks a call that came before the Retry-After it was given was over.
    ``committed`` names the order that was made, ``changed`` one that was changed or deleted.
    ``headers`` are as sent, names in lower case, credentials left out; ``body_hash`` is the
    body's SHA-256 in hexadecimal, empty without a body.
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
    sent: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body_hash: str = ""
    changed: str | None = None
    changed_at: float | None = None


NAMES = tuple(one.name for one in fields(Entry))
_row = attrgetter(*NAMES)

# Kind, what was sent, status of a whole answer; was an order made, was one changed, had the
# request a fault, was it early.
Case = tuple[str, str, int, bool, bool, bool, bool]


class Ledger:
    """Every request since the last reset; none is ever forgotten.

    What is over is packed, some tens of bytes a request, and read again when asked for.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._recent: deque[Entry] = deque()
        self._packs: list[tuple[int, bytes]] = []  # With the highest number in each.
        self._packed = 0
        self._tally: Counter[Case] = Counter()
        self._held: set[int] = set()
        self._count = 0

    def open(self, *, method: str, path: str, connection: int, reused: bool) -> Entry:
        self._count += 1
        return Entry(self._count, self._clock.seconds(), method, path, connection, reused)

    def describe(self, entry: Entry, headers: dict[str, str], body: bytes) -> None:
        """Note what the request carried, so far as it gives nothing away."""
        entry.headers = {
            name: "(left out)" if name in CREDENTIALS else value for name, value in headers.items()
        }
        entry.body_hash = hashlib.sha256(body).hexdigest() if body else ""

    def keep(self, entry: Entry) -> None:
        self._recent.append(entry)
        if len(self._recent) >= RECENT + PACKED:
            self._pack()

    @contextmanager
    def held(self, entry: Entry) -> Iterator[None]:
        """Something may still come of the entry, though its exchange be over."""
        self._held.add(entry.number)
        try:
            yield
        finally:
            self._held.discard(entry.number)

    def clear(self) -> None:
        self._recent.clear()
        self._packs.clear()
        self._tally.clear()
        self._packed = 0

    @property
    def count(self) -> int:
        """The highest number there is."""
        return self._count

    def __len__(self) -> int:
        return self._packed + len(self._recent)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """All with a number above ``after``, oldest first."""
        rows = [
            row
            for highest, pack in self._packs
            if highest > after
            for row in marshal.loads(zlib.decompress(pack))  # noqa: S302 - packed just below
            if row[0] > after
        ]
        rows.sort()
        old = deque(rows)
        for entry in sorted(self._recent, key=attrgetter("number")):
            # A request that hung for long may be older than some that are packed.
            while old and old[0][0] < entry.number:
                yield Entry(*old.popleft())
            if entry.number > after:
                yield entry
        for row in old:
            yield Entry(*row)

    def tally(self) -> Counter[Case]:
        """How many requests there are of each case."""
        return self._tally + Counter(_case(entry) for entry in self._recent)

    def save(self) -> dict[str, Any]:
        return {"count": self._count, "entries": [list(_row(one)) for one in self.entries()]}

    def load(self, saved: dict[str, Any]) -> None:
        """Numbers never go back, so that ``after`` keeps its meaning across a restore."""
        self.clear()
        self._count = max(self._count, int(saved["count"]))
        for row in saved["entries"]:
            self.keep(Entry(*row))

    def _pack(self) -> None:
        """Put away the oldest that are over; those that are not go back in front."""
        oldest = [self._recent.popleft() for _ in range(PACKED)]
        under_way = [one for one in oldest if not one.sent or one.number in self._held]
        over = [one for one in oldest if one.sent and one.number not in self._held]
        self._recent.extendleft(reversed(under_way))
        self._tally.update(map(_case, over))
        rows = [_row(one) for one in over]
        if rows:
            self._packs.append((rows[-1][0], zlib.compress(marshal.dumps(rows), 1)))
            self._packed += len(rows)


def _case(entry: Entry) -> Case:
    return (
        entry.kind,
        entry.sent,
        entry.answered,
        entry.committed is not None,
        entry.changed is not None,
        entry.fault is not None,
        entry.too_early,
    )
