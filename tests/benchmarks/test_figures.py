"""Medians, spreads and ratios, and which rounds count."""

from __future__ import annotations

import json
from dataclasses import replace

from benchmarks.figures import (
    BARE,
    BAREST,
    ENGINE,
    HUNG,
    MEMBERS,
    NAIVE,
    THROTTLED,
    WAITING,
    WITHOUT,
    Round,
    Run,
    Spread,
    compared,
    cpu_per_1000,
    database_cpu_per_1000,
    faults,
    of_rounds,
    rate,
    spread,
)
from benchmarks.telling import as_json


def run(design: str, per_second: float, *, cpu: float = 1, lost: int = 0, doubled: int = 0) -> Run:
    """A run of 1,000 orders."""
    return Run(design, 1000, 1000 / per_second, cpu, 0, lost, doubled)


def a_round(
    bare: Run, engine: Run, naive: Run, *, latency_ms: int = 20, in_flight: int = 64
) -> Round:
    runs = {BARE: bare, ENGINE: engine, NAIVE: naive}
    return Round(latency_ms, in_flight, 10_000, runs)


def test_spread_of_an_even_number_of_values_lies_between_the_middle_two() -> None:
    assert spread([4.0, 1.0, 3.0, 2.0]) == Spread(2.5, 1.0, 4.0)


def test_nothing_has_no_spread() -> None:
    assert spread([]) is None


def test_a_spread_is_written_in_three_digits() -> None:
    assert str(Spread(0.89761, 0.8, 1234.4)) == "0.898 (0.8–1,234)"


def test_a_run_is_told_per_second_and_per_thousand() -> None:
    one = Run(ENGINE, 4000, 2.0, 1.0, 0.5, 0, 0)

    assert (rate(one), cpu_per_1000(one), database_cpu_per_1000(one)) == (2000, 0.25, 0.125)


def test_ratios_are_taken_within_a_round_and_then_the_median() -> None:
    rounds = [
        a_round(run(BARE, 1000), run(ENGINE, 900), run(NAIVE, 10)),
        a_round(run(BARE, 2000), run(ENGINE, 1000), run(NAIVE, 10)),
        a_round(run(BARE, 4000), run(ENGINE, 3200), run(NAIVE, 10)),
    ]

    assert compared(rounds, ENGINE, BARE, rate) == Spread(0.8, 0.5, 0.9)


def test_a_round_near_the_targets_ceiling_is_void() -> None:
    good = a_round(run(BARE, 5000), run(ENGINE, 4000), run(NAIVE, 10))
    void = a_round(run(BARE, 5001), run(ENGINE, 1000), run(NAIVE, 10))

    assert [good.void, void.void] == [False, True]
    assert compared([good, void], ENGINE, BARE, rate) == Spread(0.8, 0.8, 0.8)


def test_a_design_that_lost_or_doubled_an_order_is_not_compared() -> None:
    exact = a_round(run(BARE, 1000), run(ENGINE, 900), run(NAIVE, 10))
    doubled = replace(exact, runs=exact.runs | {ENGINE: run(ENGINE, 999, doubled=1)})

    assert compared([exact, doubled], ENGINE, BARE, rate) == Spread(0.9, 0.9, 0.9)
    assert doubled.counts(NAIVE, BARE)


def medians(rounds: list[Round]) -> dict[str, float | None]:
    return {name: one.median if one else None for name, one in of_rounds(rounds).items()}


def test_rounds_come_to_medians_by_latency_and_to_the_worse_neighbour() -> None:
    fast = a_round(run(BARE, 1000, cpu=1), run(ENGINE, 900, cpu=2), run(NAIVE, 10))
    slow = a_round(run(BARE, 800, cpu=9), run(ENGINE, 720, cpu=9), run(NAIVE, 10), latency_ms=389)
    fast.runs[BAREST] = replace(run(BAREST, 1), database_cpu=0.5)
    fast.runs[ENGINE] = replace(fast.runs[ENGINE], database_cpu=1)
    fast.runs[WAITING] = replace(run(WAITING, 1, cpu=4), database_cpu=2)
    slow.runs.update({WITHOUT: run(WITHOUT, 100), HUNG: run(HUNG, 90), THROTTLED: run(HUNG, 99)})

    assert medians([fast, slow]) == {
        "ratio_20": 0.9,
        "naive_ratio_20": 90.0,
        "ratio_389": 0.9,
        "naive_ratio_389": 72.0,
        "cpu_ratio": 2.0,
        "pg_cpu_ratio": 2.0,
        "flat_waiting": 2.0,
        "flat_done": None,
        "flat_tenants": None,
        "isolation_hung": 0.9,
        "isolation_429": 0.99,
        "isolation": 0.9,
    }


def test_every_fault_of_the_engine_counts_and_none_of_the_others() -> None:
    lossy, doubled = run(ENGINE, 900, lost=3), run(WAITING, 900, doubled=2)
    one = a_round(run(BARE, 1000, lost=9), lossy, run(NAIVE, 10, doubled=9))
    one.runs[WAITING] = doubled

    assert faults([one, one]) == (6, 4)


def test_a_ratio_without_a_round_that_counts_is_null() -> None:
    rounds = [a_round(run(BARE, 9999), run(ENGINE, 900), run(NAIVE, 10))]

    assert of_rounds(rounds)["ratio_20"] is None


def test_a_second_setting_of_a_latency_goes_by_its_requests_in_flight() -> None:
    runs = run(BARE, 1000), run(ENGINE, 900), run(NAIVE, 10)
    more = run(BARE, 2000), run(ENGINE, 1000), run(NAIVE, 10)

    members = medians([a_round(*runs), a_round(*more, in_flight=512)])

    assert (members["ratio_20"], members["ratio_512"]) == (0.9, 0.5)


def test_the_line_of_json_has_every_member_and_whatever_else_there_is() -> None:
    told = json.loads(as_json({"ratio_20": Spread(0.91239, 0.8, 1.0), "void": Spread(1, 1, 1)}))

    assert list(told) == [*(member.name for member in MEMBERS), "void"]
    assert (told["ratio_20"], told["void"], told["isolation"]) == (0.912, 1, None)


def test_what_is_to_be_reached_is_at_least_or_at_most() -> None:
    by_name = {member.name: member for member in MEMBERS}

    ratio, cpu = by_name["ratio_20"], by_name["cpu_ratio"]
    assert [ratio.is_met(0.9), ratio.is_met(0.89), cpu.is_met(2.0), cpu.is_met(2.01)] == [
        True, False, True, False,
    ]  # fmt: skip
    assert (ratio.target, cpu.target) == ("≥ 0.9", "≤ 2")
