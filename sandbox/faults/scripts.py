"""A fault as it is asked for: where it happens, how often, and what it does."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal, get_type_hints

from sandbox.members import described, fits

DEEDS: dict[str, str] = {
    "ok": "Let the request pass; of use within steps",
    "commit_then_drop": "Commit, then close without a byte",
    "commit_then_reset": "Commit, then tear the connection down (RST)",
    "drop_before_commit": "Close without a byte; nothing is committed",
    "reset_before_commit": "Tear the connection down (RST); nothing is committed",
    "refuse": "Take the connection and tear it down before a request is read (RST)",
    "stop_listening": "Tear the connection down and refuse new ones for some seconds",
    "never_answer": "Read the request and never answer",
    "hang": "Say nothing for some seconds, then close",
    "commit_late": "Close at once, commit after some seconds",
    "commit_then_status": "Commit, wait some seconds, then answer with a status",
    "status": "Answer with a status",
    "maintenance": "503 with a page of maintenance, and Retry-After until its end",
    "conflict": "409; committed only if asked",
    "throttle": "429 with Retry-After and the four headers",
    "throttle_bare": "429 without any header that tells how long",
    "unauthorized": "401 once",
    "revoke_token": "401, and the application's tokens for the company are dead from now on",
    "slow": "The true answer, some seconds late",
    "drip": "The true answer, a few bytes a second",
    "read_lag": "The true answer; lists show the order only after some seconds",
    "cut_headers": "Close within the headers of the true answer",
    "cut_body": "Close within the body of the true answer",
    "wrong_location": "The true answer with another Location",
    "short_location": "The true answer with the last digits of Location gone",
    "no_location": "The true answer without Location",
    "wrong_content_type": "The true answer under another content type",
    "html": "200 with a page of HTML in place of the answer",
    "truncated_json": "The first half of the true body, announced as if it were whole",
    "bad_utf8": "The true body with a byte that is no UTF-8",
    "rotate_keys": "New signing keys first, then the true answer",
    "skew_clock": "The true answer, made by a clock that is some seconds ahead (or behind)",
    "double_callback": "A page that calls the redirect URI twice with the same answer",
    "double_code": "A page that calls the redirect URI twice, each time with a code of its own",
}
DEFAULTS: dict[str, dict[str, Any]] = {
    "refuse": {"on": "connection"},
    "maintenance": {"count": None, "shape": "html"},
    "conflict": {"status": 409, "shape": "json"},
    "html": {"status": 200, "shape": "html"},
    "wrong_content_type": {"content_type": "text/plain"},
    "rotate_keys": {"on": "token"},
    "skew_clock": {"on": "token"},
    "double_callback": {"on": "consent", "method": "POST"},
    "double_code": {"on": "consent", "method": "POST"},
}
CONNECTION = "connection"
CUTS = (
    "status_line",
    "within_location",
    "after_location",
    "before_blank_line",
    "after_blank_line",
)


class NotAFault(Exception):
    """The script of a fault cannot be read; ``member`` is what is wrong with it, if one is."""

    def __init__(self, reason: str, member: str = "") -> None:
        super().__init__(reason)
        self.member = member


@dataclass(slots=True)
class Deed:
    """What happens to one request; DEEDS says what. Times are seconds of the sandbox's clock.

    ``delay`` passes before anything, ``commit_after`` before the commit; ``seconds`` is the
    deed's own time. ``lag`` keeps an order that is committed out of lists for so long.
    ``commit`` None is what the deed does anyway. ``shape`` makes a body where none is given.
    """

    do: str
    delay: float = 0.0
    seconds: float = 30.0
    commit: bool | None = None
    commit_after: float = 0.0
    lag: float = 0.0
    status: int = 503
    shape: Literal["empty", "text", "html", "json"] = "empty"
    body: str = ""
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cut_at: str = "before_blank_line"
    location: str = "/api/v3/SalesOrders/SO/"
    bytes_per_second: float = 50.0
    drop_old: bool = False


@dataclass(slots=True)
class Step(Deed):
    """One of the ``steps`` of a fault; it happens ``count`` times before the next one."""

    count: int = 1


@dataclass(slots=True)
class Fault(Deed):
    """``on`` is a kind of request or a pattern of kinds (``salesorders.*``).

    ``count`` None means until deleted; the first ``skip`` matching requests pass; ``rate``
    is the chance of each request, drawn from ``seed`` or the sandbox's own. It happens only
    from ``starts_at`` until ``ends_at``, seconds since the epoch on the sandbox's clock.
    With ``steps`` each request takes the next one, and ``count`` is how often they all run.
    """

    on: str = "*"
    method: str | None = None
    tenant_id: str | None = None
    client_id: str | None = None
    reference: str | None = None
    grant_type: str | None = None
    only_reused: bool | None = None
    count: int | None = 1
    skip: int = 0
    rate: float = 1.0
    seed: int | None = None
    starts_at: float | None = None
    ends_at: float | None = None
    steps: list[Step] = field(default_factory=list)
    name: str = ""
    id: int = 0
    seen: int = 0
    played: int = 0
    step: int = 0
    step_played: int = 0


KEPT_BY_US = {"id", "seen", "played", "step", "step_played"}


def read_fault(script: dict[str, Any], now: float) -> Fault:
    """Make a fault of what was written; ``now`` is what its times count from.

    Besides the members of Fault: ``repeat: true`` is ``count`` None, ``starts_in`` and
    ``ends_in`` are seconds from now, ``starts_at`` and ``ends_at`` may be ISO 8601 with an
    offset, a step may be just the name of its deed. Raises NotAFault.
    """
    given = dict(script)
    steps = given.pop("steps", None)
    if steps is not None:
        given.setdefault("do", "steps")
        given["steps"] = _steps(steps)
    elif given.get("do") not in DEEDS:
        raise NotAFault(f"'do' is one of {', '.join(DEEDS)}", "do" if "do" in given else "")
    if given.pop("repeat", False) is True:
        given["count"] = None
    _set_times(given, now)
    given = DEFAULTS.get(str(given["do"]), {}) | given
    _check_members(given, Fault)
    fault = Fault(**given)
    _check(fault)
    return fault


def describe_fault(fault: Fault) -> dict[str, Any]:
    return asdict(fault)


def _steps(given: Any) -> list[Step]:
    if not isinstance(given, list) or not given:
        raise NotAFault("'steps' is a list of deeds", "steps")
    steps = []
    for number, one in enumerate(given, start=1):
        members = {"do": one} if isinstance(one, str) else one
        if not isinstance(members, dict) or members.get("do") not in DEEDS:
            raise NotAFault(f"Step {number}: 'do' is one of {', '.join(DEEDS)}", "steps")
        defaults = DEFAULTS.get(members["do"], {}).items()
        hints = get_type_hints(Step)
        members = {name: value for name, value in defaults if name in hints} | members
        if members.get("count") is None:
            members["count"] = 1
        try:
            _check_members(members, Step)
            step = Step(**members)
            _check_deed(step)
        except NotAFault as error:
            raise NotAFault(f"Step {number}: {error}", "steps") from error
        steps.append(step)
    return steps


def _set_times(given: dict[str, Any], now: float) -> None:
    for edge in ("starts", "ends"):
        seconds = given.pop(f"{edge}_in", None)
        if seconds is not None:
            if not fits(seconds, float):
                raise NotAFault(f"'{edge}_in' is a number of seconds", f"{edge}_in")
            given[f"{edge}_at"] = now + seconds
        moment = given.get(f"{edge}_at")
        if isinstance(moment, str | datetime):
            given[f"{edge}_at"] = _moment(moment, f"{edge}_at")


def _moment(given: str | datetime, member: str) -> float:
    try:
        moment = datetime.fromisoformat(given) if isinstance(given, str) else given
    except ValueError:
        raise NotAFault(f"{member!r} is not a date and time of ISO 8601", member) from None
    if moment.tzinfo is None:
        raise NotAFault(f"{member!r} needs an offset, such as Z", member)
    return moment.timestamp()


def _check_members(given: dict[str, Any], kind: type[Deed]) -> None:
    hints = get_type_hints(kind)
    for name, value in given.items():
        if name not in hints or name in KEPT_BY_US:
            raise NotAFault(f"A fault has no member {name!r}", name)
        if name != "steps" and not fits(value, hints[name]):
            raise NotAFault(f"{name!r} is {described(hints[name])}", name)


def _check(fault: Fault) -> None:
    _check_deed(fault)
    if not 0 <= fault.rate <= 1:
        raise NotAFault("'rate' is from 0 to 1", "rate")
    if fault.skip < 0 or (fault.count is not None and fault.count < 1):
        raise NotAFault("'count' is from 1 up, 'skip' from 0", "count")
    on_connection = fault.on == CONNECTION
    deeds = {step.do for step in fault.steps} or {fault.do}
    if on_connection and not deeds <= {"refuse", "never_answer", "ok"}:
        raise NotAFault("On a connection only refuse, never_answer and ok can happen", "on")
    if "refuse" in deeds and not on_connection:
        raise NotAFault("'refuse' happens before a request is read: 'on' is connection", "on")


def _check_deed(deed: Deed) -> None:
    if deed.cut_at not in CUTS:
        raise NotAFault(f"'cut_at' is one of {', '.join(CUTS)}", "cut_at")
    if not 200 <= deed.status <= 599:
        raise NotAFault("'status' is from 200 to 599", "status")
    if not 0 < deed.bytes_per_second <= 1e9:
        raise NotAFault("'bytes_per_second' is more than 0", "bytes_per_second")
    for name in ("delay", "commit_after", "lag"):
        if not 0 <= getattr(deed, name) < 1e9:
            raise NotAFault(f"{name!r} is a number of seconds from 0 up", name)
    if not -1e9 < deed.seconds < 1e9 or (deed.seconds < 0 and deed.do != "skew_clock"):
        raise NotAFault("'seconds' is from 0 up", "seconds")
