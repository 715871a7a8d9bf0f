"""One total function from what came back to what it means for an order and its lane."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from integrations.visma.calls import Answer
from integrations.visma.doors import OrderRoute
from integrations.visma.headers import retry_after
from integrations.visma.problems import Problem, problem
from integrations.visma.sales_orders import SALESORDER_V3

# libcurl's codes for faults on our side: unsupported or broken address (1, 3), our certificate or
# CA list (58, 77, 82), a peer our list or the name doesn't vouch for (60, 83, 90, 91, 98).
OWN_SET_UP = frozenset({1, 3, 58, 60, 77, 82, 83, 90, 91, 98})
_TOO_MUCH_OR_WRONG = frozenset({413, 422})
_LANE = frozenset({403, 404, 405, 415, *range(300, 400)})


class Outcome(StrEnum):
    """What a create came to."""

    DELIVERED = "delivered"  # Visma has it and said under which number
    NOT_SENT = "not_sent"  # the gate let nothing through
    REFUSED = "refused"  # the order must be corrected
    UNAUTHORIZED = "unauthorized"  # the token isn't taken
    LANE_REFUSED = "lane_refused"  # something about the company, not about this order
    THROTTLED = "throttled"  # the quota is spent
    UNKNOWN = "unknown"  # Visma may have it: look first


@dataclass(frozen=True, slots=True)
class Verdict:
    """``number`` is there exactly when delivered. ``own_set_up``: nothing sent, and our own fault.

    ``refused_in_doubt``: a complete refusal of the order, but an earlier try of it may have gone
    in, so the outcome stays unknown until a look has missed it.
    """

    outcome: Outcome
    number: tuple[str, str] | None = None
    retry_after: float | None = None
    own_set_up: bool = False
    problem: Problem | None = None
    refused_in_doubt: bool = False


def classify(
    answer: Answer, *, after_doubt: bool, route: OrderRoute = SALESORDER_V3, sent: bytes = b""
) -> Verdict:
    """Say what the answer to a create means. Never raises, whatever came back.

    ``after_doubt``: an earlier attempt at the same order ended without a known outcome. ``sent``
    is the body of the request.
    """
    made = answer.complete and answer.status == 201
    number = route.created(answer, sent) if made else None
    if number is not None:
        return Verdict(Outcome.DELIVERED, number=number)
    if answer.passed == 0:
        return Verdict(Outcome.NOT_SENT, own_set_up=answer.curl_code in OWN_SET_UP)
    said = problem(answer) if answer.status >= 300 else None
    outcome = _by_status(answer, said, route) if answer.whole else Outcome.UNKNOWN
    in_doubt = outcome is Outcome.REFUSED and after_doubt
    return Verdict(
        outcome=Outcome.UNKNOWN if in_doubt else outcome,
        retry_after=retry_after(answer),
        problem=said,
        refused_in_doubt=in_doubt,
    )


def _by_status(answer: Answer, said: Problem | None, route: OrderRoute) -> Outcome:
    status = answer.status
    if status == 400:
        about_order = said is not None and route.refuses_order(said, answer)
        return Outcome.REFUSED if about_order else Outcome.LANE_REFUSED
    if status in _TOO_MUCH_OR_WRONG:
        return Outcome.REFUSED
    if status in _LANE:
        return Outcome.LANE_REFUSED
    if status == 401:
        return Outcome.UNAUTHORIZED
    return Outcome.THROTTLED if status == 429 else Outcome.UNKNOWN


class Read(StrEnum):
    """What a read (list or single order) came to."""

    ANSWERED = "answered"  # a whole 200; its body may still be malformed
    MISSING = "missing"  # 404
    UNAUTHORIZED = "unauthorized"  # 401
    THROTTLED = "throttled"  # 429
    REFUSED = "refused"  # any other 3xx or 4xx: asking again won't help by itself
    OUTAGE = "outage"  # 5xx, cut, timed out, never sent: ask again


def classify_read(answer: Answer) -> Read:
    """Say what the answer to a read means. Only ANSWERED and MISSING tell anything of an order."""
    status = answer.status
    if not answer.whole or status >= 500 or status in (408, 425):
        return Read.OUTAGE
    known = {200: Read.ANSWERED, 401: Read.UNAUTHORIZED, 404: Read.MISSING, 429: Read.THROTTLED}
    return known.get(status, Read.REFUSED if 300 <= status < 500 else Read.OUTAGE)
