"""Everything the sandbox knows, in memory."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from sandbox.clock import Clock
from sandbox.connect.grants import GrantBook
from sandbox.connect.interactions import InteractionBook
from sandbox.connect.keys import KeyRing
from sandbox.connect.notices import Herald, Notice
from sandbox.connect.sessions import SessionBook
from sandbox.demo.everything import demo_world
from sandbox.erp.records import ErpBook
from sandbox.faults.queue import FaultQueue
from sandbox.http import Request, Response
from sandbox.ledger import Ledger
from sandbox.limits import Limits, RatePolicy, default_policies
from sandbox.salesorders.search import Finder
from sandbox.salesorders.store import OrderBooks
from sandbox.settings import Settings
from sandbox.switches import Switches
from sandbox.vni.store import VniBook
from sandbox.webhooks.postman import Postman
from sandbox.webhooks.records import WebhookBook
from sandbox.world.everything import World
from sandbox.world.mails import Mail


class Sandbox:
    """One Visma. Keys, clock and ledger numbers outlive a reset; all else starts anew.

    All of it can be saved and restored, but for what ``NOT_CARRIED`` names: the process's own
    affairs. A member that is a list, a dict or a set has its type told here.
    """

    NOT_CARRIED: ClassVar = frozenset(
        {"settings", "postman", "herald", "shut_for", "generation", "snapshots", "finders"}
    )
    mails: list[Mail]
    consents: set[tuple[str, str, str]]
    logout_notices: list[Notice]
    policies: list[RatePolicy]

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.keys = KeyRing()
        self.ledger = Ledger(self.clock)
        self.postman = Postman()
        self.herald = Herald()
        self.shut_for: Callable[[float], None] = _stays_open
        self.snapshots: dict[str, bytes] = {}
        self.generation = 0
        self.reset()

    def reset(self) -> None:
        """Forget everything and seed the demo world. Late commits still under way are void."""
        self.generation += 1
        self.clock.reset()
        self.random = random.Random(self.settings.seed)  # noqa: S311 - chances, not secrets
        self.switches = Switches()
        self.world = World()
        if self.settings.demo_world:
            self.world = demo_world(self.settings, self.clock.seconds())
        self.sessions = SessionBook()
        self.interactions = InteractionBook()
        self.grants = GrantBook()
        self.mails = []
        self.consents = set()
        self.logout_notices = []
        self.orders = OrderBooks()
        self.finders: dict[str, Finder] = {}
        self.vni = VniBook()
        self.erp = ErpBook()
        self.limits = Limits()
        self.policies = default_policies()
        self.faults = FaultQueue(self.settings.seed)
        self.webhooks = WebhookBook()
        self.ledger.clear()

    def resume(self) -> None:
        """Take up again what a restored state has waiting."""
        self.postman.wake(self)
        self.herald.watch(self)

    @property
    def issuer(self) -> str:
        return self.settings.public_url

    def url(self, path: str) -> str:
        return f"{self.settings.public_url}{path}"


def _stays_open(seconds: float) -> None:
    """Until a process listens for the sandbox there is no door to shut."""


Endpoint = Callable[[Sandbox, Request], Response]


@dataclass(frozen=True, slots=True)
class Route:
    """``kind`` is the name that faults and the ledger use."""

    kind: str
    method: str
    pattern: str
    endpoint: Endpoint
