"""Which window an answer speaks of, and what is left of it."""

from __future__ import annotations

import pytest

from integrations.connections.services.quota_windows import QuotaWindow
from integrations.visma.headers import RateLimit

HOUR = 3600.0
T = 1_000_000.0


def told(remaining: int, reset: float, limit: int = 500) -> RateLimit:
    return RateLimit(limit, remaining, reset, "4-fixed-window")


def seen(remaining: int = 400, reset: float = HOUR, at: float = T) -> QuotaWindow:
    window = QuotaWindow()
    window.take(told(remaining, reset), sent=at - 0.4, heard=at)
    return window


def test_learns_limit_rest_length_and_end() -> None:
    window = seen()

    assert (window.limit, window.remaining, window.seconds, window.ends) == (
        500, 400, HOUR, T + HOUR,
    )  # fmt: skip


def test_of_one_window_the_least_counts() -> None:
    window = seen(400)

    window.take(told(398, HOUR - 1), sent=T + 0.5, heard=T + 0.9)
    window.take(told(399, HOUR - 1), sent=T + 0.4, heard=T + 1.1)

    assert window.remaining == 398
    assert window.ends == pytest.approx(T + HOUR - 0.1)


def test_a_late_answer_of_the_window_before_changes_nothing() -> None:
    window = seen(0, 1.0)
    window.take(told(499, HOUR), sent=T + 2, heard=T + 2.4)

    window.take(told(0, 1.0), sent=T + 0.3, heard=T + 40)

    assert (window.remaining, window.ends) == (499, T + 2.4 + HOUR)


def test_a_late_answer_does_not_pass_for_a_new_window() -> None:
    """It was a minute under way: its seconds left, counted from now, reach beyond the window."""
    window = seen(400)
    window.take(told(350, HOUR - 10), sent=T + 10, heard=T + 10.4)

    window.take(told(390, HOUR - 2), sent=T + 2, heard=T + 62)

    assert (window.remaining, window.ends) == (350, T + HOUR)


def test_a_new_window_is_used_at_once() -> None:
    window = seen(0)

    window.roll(T + HOUR - 1)
    assert window.remaining == 0
    window.roll(T + HOUR + 1)
    assert window.remaining == 500


def test_what_a_request_of_the_old_window_says_comes_too_late_for_the_new() -> None:
    window = seen(0)
    window.roll(T + HOUR + 1)

    window.take(told(0, 1.0), sent=T + HOUR - 1, heard=T + HOUR + 2)

    assert window.remaining == 500


def test_another_limit_is_another_window() -> None:
    window = seen(999_000, HOUR)

    window.take(told(9, 1.0, limit=10), sent=T + 1, heard=T + 1.4)

    assert (window.limit, window.remaining, window.seconds, window.is_short) == (10, 9, 1.0, True)


def test_a_share_is_kept_until_the_last_tenth() -> None:
    window = seen(25)

    assert window.kept(T + 0.89 * HOUR, 0.05) == 25
    assert window.kept(T + 0.91 * HOUR, 0.05) == 0
    assert window.opens_at(T, 0.05) == pytest.approx(T + 0.9 * HOUR)
    assert window.opens_at(T + 0.91 * HOUR, 0.05) is None
    assert seen(26).opens_at(T, 0.05) is None
    assert seen(0).opens_at(T, 0.05) == T + HOUR
    assert seen(25).opens_at(T, 0.0) is None


def test_what_was_spent_by_a_dead_worker_falls_with_the_window() -> None:
    window = seen(8)

    window.spend(10)
    assert window.remaining == 0
    window.roll(T + HOUR + 1)

    assert window.remaining == 500


def test_two_who_heard_of_one_window_agree_on_the_least() -> None:
    ours, theirs = seen(300), seen(280, HOUR - 5, T + 5)

    ours.merge(theirs)
    theirs.merge(seen(300))

    assert ours.remaining == theirs.remaining == 280


def test_who_heard_of_a_newer_window_is_believed() -> None:
    ours, theirs = seen(0), seen(499, HOUR, T + HOUR + 2)

    ours.merge(theirs)
    theirs.merge(seen(0))

    assert ours.remaining == theirs.remaining == 499


def test_after_a_refusal_with_a_shorter_wait_the_rest_is_unknown() -> None:
    window = seen(0)

    window.forget_rest(T + 30)
    assert window.remaining is None

    window = seen(100)
    window.forget_rest(T + 1)
    assert window.remaining == 100


def test_headers_that_lack_a_number_tell_nothing() -> None:
    window = seen(400)

    window.take(RateLimit(500, None, 5.0, ""), sent=T + 9, heard=T + 9)
    window.take(RateLimit(None, 3, 5.0, ""), sent=T + 9, heard=T + 9)

    assert window.remaining == 400
