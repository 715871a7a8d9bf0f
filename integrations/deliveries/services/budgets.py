"""One policy as a drain knows it: what is left of its window, less what this drain has out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from integrations.connections.services.quotas import Heard
from integrations.deliveries.models import Lane

PROBES = 2  # in flight after a refusal that left the rest unknown
# With less than this left a claim first asks the database what others have out; with more, too,
# where others may have spent it since the last answer: so many a second.
SCARCE, SPENT_BY_OTHERS = 256, 200
# What is plenty is saved this often, in seconds.
SAVE_PLENTY_EVERY = 5.0


@dataclass(eq=False, slots=True)
class Budget:
    """``out`` counts what was claimed and not answered, ``users`` the allowances it limits."""

    heard: Heard
    out: int = 0
    users: int = 1
    share: float = 1.0  # of a short window; other drains have the rest
    is_new: bool = False  # there is something that others have to know
    saved_at: float = 0.0

    def room(self, at: float, reserve: float) -> int:
        """How many more requests its window lets out; negative when too many are out."""
        window = self.heard.window
        if window.ends is not None and at >= window.ends:
            window.roll(at)
        if window.remaining is None:
            return PROBES - self.out
        return window.remaining - self.out - window.kept(at, reserve)

    def paced(self, reserve: float) -> int:
        """How many go out in a short window of each of its allowances, in this drain."""
        limit = self.heard.window.limit or 1
        return max(1, int((limit - int(limit * reserve)) * self.share) // self.users)

    def is_scarce(self, at: float) -> bool:
        """Whether what is left of it may be in others' hands."""
        window = self.heard.window
        if window.limit is None or window.remaining is None or window.is_short:
            return False
        rest = window.remaining - self.out - SCARCE
        return rest < (at - window.told_at) * SPENT_BY_OTHERS

    @property
    def is_due(self) -> bool:
        """Whether it is time to save it."""
        told_at = self.heard.window.told_at
        return self.is_new or (
            told_at > self.saved_at
            and (told_at - self.saved_at > SAVE_PLENTY_EVERY or self.is_scarce(told_at))
        )


def divide(short: list[Budget], held: Collection[int], now: datetime) -> None:
    """Share short windows among the drains that hold lanes under them, by how many each holds."""
    applications = {one.heard.place.application_id for one in short}
    ours: Counter[tuple[int, str]] = Counter()
    all_of: Counter[tuple[int, str]] = Counter()
    leased = Lane.objects.filter(
        leased_until__gt=now, connection__integration__application__in=applications
    ).values_list("pk", "connection__integration__application_id", "company_key")
    for pk, application, company_key in leased:
        for key in ((application, company_key), (application, "")):
            all_of[key] += 1
            ours[key] += pk in held
    for one in short:
        key = one.heard.place.application_id, one.heard.place.company_key
        one.share = max(1, ours[key]) / max(1, all_of[key])
