"""How a lane's claims are shared among the priorities that wait in it."""

from __future__ import annotations

from integrations.deliveries.models import Delivery

Priority = Delivery.Priority
# Of ten claims, where all three wait. A priority with nothing waiting leaves its share to others.
SHARES = {Priority.URGENT: 6, Priority.NORMAL: 3, Priority.BULK: 1}


class Turns:
    """Whose turn it is: each priority gains its share a claim, and the one ahead is served."""

    def __init__(self) -> None:
        self._credit = dict.fromkeys(SHARES.keys(), 0)

    def deal(self, count: int, waiting: set[int]) -> list[tuple[int, int]]:
        """Share ``count`` claims out among the priorities that wait: (priority, how many)."""
        if len(waiting) < 2:
            return [(priority, count) for priority in waiting]
        dealt = dict.fromkeys(sorted(waiting), 0)
        for _ in range(count):
            dealt[self._next(waiting)] += 1
        return [(priority, number) for priority, number in dealt.items() if number]

    def _next(self, waiting: set[int]) -> int:
        present = [priority for priority in SHARES if priority in waiting]
        for priority in present:
            self._credit[priority] += SHARES[priority]
        chosen = max(present, key=lambda priority: self._credit[priority])
        self._credit[chosen] -= sum(SHARES[priority] for priority in present)
        return chosen
