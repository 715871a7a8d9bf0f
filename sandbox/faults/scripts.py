"""A fault as it is asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, get_type_hints

from sandbox.members import fits

DEEDS = (
    "commit_then_drop",
    "commit_then_reset",
    "drop_before_commit",
    "reset_before_commit",
    "hang",
    "commit_late",
    "status",
    "slow",
    "cut_headers",
    "cut_body",
    "wrong_location",
    "throttle",
    "unauthorized",
)
CUTS = ("status_line", "within_location", "after_location", "before_blank_line")


class NotAFault(Exception):
    """The script of a fault cannot be read; the text says why."""


@dataclass(slots=True)
class Fault:
    """``on`` is a path kind or a pattern of kinds (``salesorders.*``).

    ``count`` None means until deleted; the first ``skip`` matching requests pass;
    ``rate`` is the chance for each request. Times are in seconds.
    """

    do: str
    on: str = "*"
    tenant_id: str | None = None
    reference: str | None = None
    client_id: str | None = None
    only_reused: bool | None = None
    count: int | None = 1
    skip: int = 0
    rate: float = 1.0
    delay: float = 0.0
    seconds: float = 30.0
    status: int = 503
    body: str = ""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    commit: bool | None = None
    cut_at: str = "before_blank_line"
    location: str = "/api/v3/SalesOrders/SO/"
    id: int = 0
    played: int = 0


def read_fault(script: dict[str, Any]) -> Fault:
    """Raises NotAFault."""
    hints = get_type_hints(Fault)
    for name, value in script.items():
        if name not in hints or name in {"id", "played"}:
            raise NotAFault(f"A fault has no member {name!r}")
        if not fits(value, hints[name]):
            raise NotAFault(f"{name!r} has a value of the wrong type")
    if script.get("do") not in DEEDS:
        raise NotAFault(f"'do' is one of {', '.join(DEEDS)}")
    fault = Fault(**script)
    if fault.cut_at not in CUTS:
        raise NotAFault(f"'cut_at' is one of {', '.join(CUTS)}")
    if not 200 <= fault.status <= 599:
        raise NotAFault("'status' is from 200 to 599")
    return fault


def describe_fault(fault: Fault) -> dict[str, Any]:
    return asdict(fault)
