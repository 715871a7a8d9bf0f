"""The table of limits: which calls are counted together, and how many are let through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Literal, get_type_hints

from sandbox.members import fits
from sandbox.switches import Switches

V3 = "/api/v3/"
OLD_BASE = "/api/controller/"


@dataclass(frozen=True, slots=True)
class RatePolicy:
    """A fixed window over calls; ``name`` is what X-RateLimit-Policy says.

    ``calls`` is how many a window lets through, 0 all of them, ``window`` its length in
    seconds; either may be the name of a switch that holds the number. ``key`` is what has a
    window of its own. ``paths`` are shell patterns of paths in lower case; one that begins
    with ``!`` takes away again, and the last that matches decides. ``clients`` limits the
    policy to one kind of VNI client.
    """

    name: str
    calls: int | str
    paths: list[str]
    window: int | str = 3600
    key: Literal["company_client", "client"] = "company_client"
    clients: Literal["any", "vni_test", "vni_production"] = "any"

    def covers(self, path: str, vni: str) -> bool:
        """``path`` is in lower case; ``vni`` is the kind of VNI client, empty without VNI."""
        if self.clients != "any" and self.clients != f"vni_{vni}":
            return False
        return _is_among(path, tuple(self.paths))


def default_policies() -> list[RatePolicy]:
    """What is known of Visma's limits; every policy that covers a call counts it.

    The three numbered names are Visma's (docs.vismasoftware.no, rate limits and end-of-life
    notices); the two of VNI clients had none.
    """
    old_base = [f"{OLD_BASE}*"]
    return [
        RatePolicy("4-fixed-window", "rate_limit", ["/v1/*", "/v2/*", f"{V3}*"], "rate_window"),
        RatePolicy(
            "8-fixed-window",
            "order_v1_rate_limit",
            [
                "/v1/salesorder*",
                "/v2/salesorder*",
                "/v1/customer/*/salesorder*",
                "!/v1/salesordertype*",
                "!*/attachment*",
            ],
            "rate_window",
        ),
        RatePolicy("6-fixed-window", 500, old_base, key="client"),
        RatePolicy("vni-test-client", 500, old_base, clients="vni_test"),
        RatePolicy("vni-production-client", 15_000, old_base, clients="vni_production"),
    ]


def read_policies(given: Iterable[Any]) -> list[RatePolicy]:
    """Read policies as a settings file or the control API writes them.

    Raises ValueError that names the policy and the member.
    """
    return [_policy(one, number) for number, one in enumerate(given, start=1)]


def _policy(given: Any, number: int) -> RatePolicy:
    if not isinstance(given, dict):
        raise ValueError(f"Policy {number} is not a table of members")  # noqa: TRY004 - one kind
    hints, switches = get_type_hints(RatePolicy), Switches().as_dict()
    for name, value in given.items():
        if name not in hints:
            raise ValueError(f"Policy {number} has a member {name!r}, which no policy has")
        if not fits(value, hints[name]) or (isinstance(value, int) and value < 0):
            raise ValueError(f"Policy {number} has a {name!r} that is not usable")
        if name in {"calls", "window"} and isinstance(value, str) and value not in switches:
            raise ValueError(f"Policy {number} names a switch {value!r}, which there is not")
    missing = [one.name for one in fields(RatePolicy)[:3] if one.name not in given]
    if missing:
        raise ValueError(f"Policy {number} lacks {', '.join(missing)}")
    return RatePolicy(**given)


@lru_cache(maxsize=4096)
def _is_among(path: str, patterns: tuple[str, ...]) -> bool:
    found = False
    for pattern in patterns:
        if fnmatchcase(path, pattern.removeprefix("!")):
            found = not pattern.startswith("!")
    return found
