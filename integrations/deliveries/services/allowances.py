"""How many requests may go out now: what Visma's headers left, less what is already out."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from integrations.connections.services import quotas
from integrations.connections.services.quota_windows import LONGEST, QuotaWindow
from integrations.connections.services.quotas import Heard, Place
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.budgets import Budget, divide
from integrations.visma.calls import Deadline, boot_time
from integrations.visma.headers import RateLimit
from integrations.visma.pacing import Pace

UNSEEN, MOST_UNSEEN = 2, 64  # in flight while no answer has told a limit: at first, at most
AHEAD = 0.8  # seconds of a short window that are claimed before the wire lets them out
HEED_EVERY = 0.1  # while there is something to claim


class Allowance:
    """One application in one company: whatever policies count its calls, those of hosts too.

    ``gate`` is shut by the pump on a 429, before anything more is sent, and opened once that is
    learnt. ``pace`` is what holds requests of a short window at the wire.
    """

    __slots__ = (
        "_all",
        "_named",
        "_unseen",
        "application",
        "budgets",
        "company_key",
        "gate",
        "host",
        "out",
        "pace",
    )

    def __init__(self, all_of_them: Allowances, application: int, company_key: str) -> None:
        self.application, self.company_key, self.host = application, company_key, ""
        self.out = 0
        self.gate = Deadline(math.inf)
        self.pace = Pace()
        self.budgets: list[Budget] = []
        self._named: dict[str, Budget] = {}
        self._unseen = UNSEEN
        self._all = all_of_them

    def hold(self, change: int) -> None:
        """Count requests in or out."""
        self.out += change
        for budget in self.budgets:
            budget.out += change

    def free(self, now: datetime) -> int:
        """How many more may be claimed now."""
        at = now.timestamp()
        least: int | None = None
        for budget in self.budgets:
            if at < budget.heard.closed:
                return 0
            if budget.heard.window.limit is None:
                continue
            room = self._room(budget, at)
            if least is None or room < least:
                least = room
        if least is None:
            least = self._unseen - self.out
        return least if least > 0 else 0

    def _room(self, budget: Budget, at: float) -> int:
        window = budget.heard.window
        if window.is_short:
            soon = budget.paced(self._all.reserve) * AHEAD / window.seconds
            return 1 + math.ceil(soon) + self.pace.under_way - self.out
        return budget.room(at, self._all.reserve)

    def learn(
        self,
        told: RateLimit | None,
        retry_after: float | None,
        now: datetime,
        *,
        sent: float | None = None,
    ) -> None:
        """Take in what one answer's headers said; ``sent``: when its request began, monotonic."""
        if told is None and retry_after is None:
            if self._unseen < MOST_UNSEEN:
                self._unseen += 1
            return
        at = now.timestamp()
        ago = 0.0 if sent is None else max(0.0, time.monotonic() - sent)
        if told is not None:
            budget = self._named.get(told.policy) or self._all.named(self, told.policy)
            window = budget.heard.window
            limit, seconds = window.limit, window.seconds
            window.take(told, sent=at - ago, heard=at)
            if window.limit != limit or window.seconds != seconds:
                budget.is_new = True
                self._set_pace(budget)
            if window.is_short:
                self._pace(told, ago)
            elif budget.is_scarce(at):
                self._all.urgent = True
        if retry_after is not None:
            self._close(told, at + min(retry_after, LONGEST))

    def _set_pace(self, budget: Budget) -> None:
        window = budget.heard.window
        if window.is_short:
            self.pace.narrow(budget.paced(self._all.reserve), window.seconds)
        elif not any(one.heard.window.is_short for one in self.budgets):
            self.pace.widen()

    def _pace(self, told: RateLimit, ago: float) -> None:
        if told.remaining is not None and told.reset is not None:
            self.pace.hear(told.remaining, told.reset, boot_time() - ago)

    def _close(self, told: RateLimit | None, until: float) -> None:
        if told is None:
            met = self.budgets or [self._all.named(self, "")]
        else:
            met = [self._named[told.policy]]
        self._unseen = UNSEEN
        if self.pace.is_on:
            self.pace.refused()
        for budget in met:
            budget.heard.closed = max(budget.heard.closed, until)
            budget.heard.window.forget_rest(until)
            budget.is_new = True

    def closed(self, at: float) -> float:
        """The end of what Visma asked to wait for; 0: nothing."""
        return max((one.heard.closed for one in self.budgets if one.heard.closed > at), default=0.0)

    def is_closed(self, now: datetime) -> bool:
        """Whether Visma asked for no calls at all for now."""
        return any(one.heard.closed for one in self.budgets) and self.closed(now.timestamp()) > 0

    def opens_at(self, now: datetime) -> datetime | None:
        """When a spent allowance opens again; None while it is open or still under way."""
        if self.out and not self.is_closed(now):
            return None
        at = now.timestamp()
        until = self.closed(at)
        if not until and self.out == 0:
            spent = (
                one.heard.window.opens_at(at, self._all.reserve)
                for one in self.budgets
                if not one.heard.window.is_short
            )
            until = max((one for one in spent if one is not None), default=0.0)
        return datetime.fromtimestamp(until, UTC) if until > at else None

    def spend(self, count: int) -> None:
        """So many requests went out of a drain that is gone; nobody will hear their answers."""
        for budget in self.budgets:
            budget.heard.window.spend(count)
            budget.is_new = True

    def attach(self, budget: Budget) -> None:
        """Be limited by this policy from now on."""
        policy = budget.heard.place.policy
        if policy and "" in self._named:
            # It was told without a name before.
            self._named[""].heard.window = QuotaWindow()
        if budget not in self.budgets:
            self.budgets.append(budget)
        self._named[policy] = budget
        self._set_pace(budget)


@dataclass(slots=True)
class Allowances:
    """All allowances a drain met. Rows in the database carry them between drains.

    ``urgent``: others have to know what little is left before they see these answers written.
    """

    known: dict[tuple[int, str], Allowance] = field(default_factory=dict)
    budgets: dict[Place, Budget] = field(default_factory=dict)
    reserve: float = field(default_factory=quotas.reserve)
    urgent: bool = False
    next_heed: float = 0.0

    def load(self, keys: Iterable[tuple[int, str]]) -> None:
        """Know these (application, company key), what the database says of them included."""
        new = {key for key in keys if key not in self.known}
        for key in new:
            self.known[key] = Allowance(self, *key)
        if new:
            self.absorb(map(quotas.from_row, quotas.of_companies(new)))
            of_hosts = [one for place, one in self.budgets.items() if not place.company_key]
            for budget in of_hosts:
                self._attach(budget)

    def of(self, application: int, company_key: str) -> Allowance:
        key = (application, company_key)
        self.load([key])
        return self.known[key]

    def named(self, allowance: Allowance, policy: str) -> Budget:
        """The budget of a policy that an answer to one of the allowance's requests named."""
        place = quotas.place_of(
            allowance.application, allowance.company_key, policy, allowance.host
        )
        if place not in self.budgets:
            self.absorb([Heard(place)])
        return self.budgets[place]

    def absorb(self, heard: Iterable[Heard]) -> None:
        """Take in what the database knows."""
        for one in heard:
            budget = self.budgets.get(one.place)
            if budget is None:
                self.budgets[one.place] = budget = Budget(one, saved_at=one.window.told_at)
                self._attach(budget)
                continue
            known = budget.heard
            known.closed = max(known.closed, one.closed)
            if known.window is not one.window:
                known.window.merge(one.window)

    def _attach(self, budget: Budget) -> None:
        place = budget.heard.place
        if place.company_key:
            one = self.known.get((place.application_id, place.company_key))
            limited = [one] if one else []
        else:
            limited = [one for key, one in self.known.items() if key[0] == place.application_id]
        budget.out, budget.users = sum(one.out for one in limited), max(1, len(limited))
        for one in limited:
            one.attach(budget)

    def save(self) -> None:
        """Write what is new since the last time, and learn what others wrote of it."""
        due = [one for one in self.budgets.values() if one.is_due]
        kept = quotas.note_all(one.heard for one in due)
        for one in due:
            one.is_new, one.saved_at = False, one.heard.window.told_at
        self.urgent = False
        self.absorb(kept.values())

    def sync(self, held: Collection[int], now: datetime) -> None:
        """Now and then: save, and learn what others wrote and hold. ``held``: our lanes."""
        self.save()
        self.heed(now)
        short = [one for one in self.budgets.values() if one.heard.window.is_short]
        if short:
            divide(short, held, now)
            for budget in short:
                self._attach(budget)

    def spend_lost(self, deliveries: list[int]) -> None:
        """What a dead holder left may be at Visma: it is spent until the window ends."""
        lost = Delivery.objects.filter(pk__in=deliveries).values_list(
            "lane__connection__integration__application_id", "lane__company_key"
        )
        for key, count in Counter(lost).items():
            self.of(*key).spend(count)

    def heed(self, now: datetime) -> None:
        """Learn what others were asked to wait for: the doctor, or another drain."""
        if boot_time() < self.next_heed:
            return
        self.next_heed = boot_time() + HEED_EVERY
        self.absorb(
            Heard(place, closed=until)
            for place, until in quotas.closed_now(now=now)
            if place in self.budgets or self._concerns(place)
        )

    def _concerns(self, place: Place) -> bool:
        if place.company_key:
            return (place.application_id, place.company_key) in self.known
        return any(application == place.application_id for application, _ in self.known)
