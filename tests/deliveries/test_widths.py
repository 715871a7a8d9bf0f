"""How many of a lane's orders may be under way at once, and whose turn it is."""

from __future__ import annotations

from collections import Counter

import pytest

from integrations.deliveries.models import Delivery
from integrations.deliveries.services.priorities import Turns
from integrations.deliveries.services.widths import Width

URGENT, NORMAL, BULK = Delivery.Priority.values


def rounds(width: Width, number: int, *, began: float = 1.0, seconds: float = 0.02) -> list[int]:
    """The width after each round in which every slot was answered well."""
    sizes = []
    for _ in range(number):
        for _ in range(width.slots):
            width.went_well(began, began + seconds)
        sizes.append(width.slots)
        began += seconds
    return sizes


def test_the_width_doubles_while_all_goes_well() -> None:
    assert rounds(Width(1, 8), 4) == [2, 4, 8, 8]


def test_after_a_setback_it_is_halved_and_grows_by_one_a_round() -> None:
    width = Width(8, 8)

    width.set_back(1.0, 2.0)

    assert width.slots == 4
    assert rounds(width, 5, began=3.0) == [5, 6, 7, 8, 8]


def test_answers_to_what_was_out_at_a_setback_count_as_one() -> None:
    width = Width(8, 8)

    for _ in range(8):
        width.set_back(1.0, 2.0)

    assert width.slots == 4


def test_a_time_out_leaves_one_slot() -> None:
    width = Width(8, 8)

    width.hung(60.0)

    assert width.slots == 1
    assert rounds(width, 2, began=61.0) == [2, 3]


@pytest.mark.parametrize(("seconds", "slots"), [(0.9, 4), (0.7, 8)])
def test_answers_beyond_twice_the_best_latency_are_a_setback(seconds: float, slots: int) -> None:
    width = Width(8, 8)
    rounds(width, 2, seconds=0.4)

    for _ in range(16):
        width.went_well(10.0, 10.0 + seconds)

    assert width.slots == slots


def test_a_few_milliseconds_more_are_noise() -> None:
    width = Width(8, 8)
    rounds(width, 2, seconds=0.002)

    rounds(width, 3, seconds=0.09)

    assert width.slots == 8


def test_a_width_remembered_from_wider_days_is_bounded() -> None:
    assert (Width(8, 4).slots, Width(0, 4).slots) == (4, 1)


def test_each_priority_that_waits_has_its_share() -> None:
    turns, dealt = Turns(), Counter[int]()

    for _ in range(25):
        dealt.update(dict(turns.deal(4, {URGENT, NORMAL, BULK})))

    assert dealt == {URGENT: 60, NORMAL: 30, BULK: 10}


def test_shares_of_priorities_that_do_not_wait_fall_to_the_others() -> None:
    turns = Turns()

    assert turns.deal(9, {BULK}) == [(BULK, 9)]
    assert dict(turns.deal(40, {NORMAL, BULK})) == {NORMAL: 30, BULK: 10}
    assert turns.deal(9, set()) == []
