"""Holds what was accepted against what the portal says and what is there. Pure: no calls.

Three witnesses: the orders the API accepted, the portal's own tables and answers, and the
sandbox's ledger, which knows nothing of the portal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

PRESENT, ABSENT = frozenset({"delivered"}), frozenset({"rejected", "cancelled"})
TO_A_PERSON = frozenset({"parked"})
WAITING = frozenset({"pending", "sending", "uncertain"})

Key = tuple[str, str]  # company at Visma, reference on the wire


@dataclass(frozen=True, slots=True)
class There:
    """An order as it is at Visma."""

    type: str
    number: str
    buyer: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """What the portal says of an order: its tables, or its API."""

    state: str
    type: str = ""
    number: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An order that was answered 202."""

    buyer: str
    total: Decimal


@dataclass(slots=True)
class Verdict:
    """``found`` has every order that is not as promised, by what is wrong with it.

    ``shown`` are those that a person decides, with the reason. They are no fault, but few.
    """

    found: dict[str, list[str]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    states: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    once: int = 0

    def count(self, what: str) -> int:
        return len(self.found.get(what, []))

    @property
    def well(self) -> bool:
        return not any(self.found.values())

    def _note(self, what: str, text: str) -> None:
        self.found.setdefault(what, []).append(text)


LOST, DOUBLED, WRONG_NUMBER, WRONG_STATE, STUCK, UNEXPECTED = KINDS = (
    "lost", "doubled", "wrong number", "wrong state", "stuck", "unexpected",
)  # fmt: skip


def judge(
    accepted: Mapping[Key, Accepted],
    tables: Mapping[Key, Told],
    api: Mapping[Key, Told],
    ledger: Mapping[Key, Sequence[There]],
    *,
    offered: Container[Key] = (),
) -> Verdict:
    """Every accepted order is there once and said so, or not there and said so.

    What was ``offered`` and got no answer may be there or not.
    """
    verdict = Verdict(accepted=len(accepted))
    for key, order in accepted.items():
        there = ledger.get(key, ())
        told = tables.get(key)
        if len(there) > 1:
            verdict._note(DOUBLED, f"{_name(key)}: {', '.join(_number(one) for one in there)}")
        if told is None:
            verdict._note(LOST, f"{_name(key)}: accepted, and the portal does not know it")
            continue
        _judge_one(verdict, key, order, told, there)
        if api.get(key) != told:
            verdict._note(WRONG_STATE, f"{_name(key)}: tables {told}, API {api.get(key)}")
    for key in ledger.keys() - accepted.keys():
        if key in offered:
            continue
        verdict._note(UNEXPECTED, f"{_name(key)}: there, and never accepted for that company")
    return verdict


def _judge_one(
    verdict: Verdict, key: Key, order: Accepted, told: Told, there: Sequence[There]
) -> None:
    verdict.states[told.state] += 1
    if told.state in WAITING:
        verdict._note(STUCK, f"{_name(key)}: {told.state}, {len(there)} there")
    elif told.state in TO_A_PERSON:
        verdict.shown[_name(key)] = told.reason or "without a reason"
        if not told.reason:
            verdict._note(WRONG_STATE, f"{_name(key)}: parked without a reason")
    elif told.state in ABSENT:
        if there:
            verdict._note(
                WRONG_STATE, f"{_name(key)}: {told.state}, and {_number(there[0])} is there"
            )
    elif told.state in PRESENT:
        _judge_delivered(verdict, key, order, told, there)
    else:
        verdict._note(WRONG_STATE, f"{_name(key)}: {told.state!r} is no state")


def _judge_delivered(
    verdict: Verdict, key: Key, order: Accepted, told: Told, there: Sequence[There]
) -> None:
    if not there:
        verdict._note(LOST, f"{_name(key)}: called delivered, and not there")
        return
    told_number = f"{told.type}/{told.number}"
    right = [one for one in there if _number(one) == told_number]
    if not right:
        verdict._note(WRONG_NUMBER, f"{_name(key)}: {told_number} instead of {_number(there[0])}")
    elif (right[0].buyer, right[0].total) != (order.buyer, order.total):
        verdict._note(WRONG_STATE, f"{_name(key)}: {right[0]} is not what was accepted, {order}")
    elif len(there) == 1:
        verdict.once += 1


def _name(key: Key) -> str:
    return f"{key[1]} at {key[0][:8]}"


def _number(one: There) -> str:
    return f"{one.type}/{one.number}"
