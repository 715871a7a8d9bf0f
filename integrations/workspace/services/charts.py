"""Figures as drawings: numbers for an SVG, computed here so that templates only place them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.workspace.services.today import Day

HEIGHT = 148
TOP = 20
SPARK_WIDTH, SPARK_HEIGHT = 96, 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour. ``x`` is in percent of the width, the rest in pixels from the top."""

    hour: int
    x: str
    arrived: int
    late: int
    other: int
    arrived_y: float
    arrived_height: float
    late_y: float
    late_height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Orders by hour; ``lines`` are the grid's (y, number)."""

    bars: list[Bar]
    lines: list[tuple[float, int]]
    height: int = HEIGHT


def by_hour(day: Day) -> Chart:
    """A day as stacked bars: in Visma.net, and waiting on top."""
    most = _round_up(max([1, *(day.arrived[h] + day.late[h] for h in range(24))]))
    bars = []
    for hour in range(24):
        arrived, late = day.arrived[hour], day.late[hour]
        arrived_y, late_y = _y(arrived, most), _y(arrived + late, most)
        bars.append(
            Bar(
                hour, f"{hour * 100 / 24:.3f}%", arrived, late,
                day.hours[hour] - arrived - late,
                arrived_y, _y(0, most) - arrived_y, late_y, arrived_y - late_y,
            )
        )  # fmt: skip
    return Chart(bars, [(_y(part, most), part) for part in sorted({0, most // 2, most})])


def spark(numbers: Sequence[int]) -> tuple[str, str]:
    """The points of a small line, and of the ground beneath it."""
    most = max([1, *numbers])
    step = SPARK_WIDTH / max(1, len(numbers) - 1)
    points = [
        f"{i * step:.1f},{SPARK_HEIGHT - 2 - (SPARK_HEIGHT - 4) * number / most:.1f}"
        for i, number in enumerate(numbers)
    ]
    ground = [f"0,{SPARK_HEIGHT}", *points, f"{SPARK_WIDTH},{SPARK_HEIGHT}"]
    return " ".join(points), " ".join(ground)


def _y(number: int, most: int) -> float:
    return round(TOP + HEIGHT * (1 - number / most), 1)


def _round_up(number: int) -> int:
    """The next round number that a grid line parts evenly: 2, 4, 6, 8, 10, 20, 40 …"""
    unit = 1
    while True:
        for step in (2, 4, 6, 8, 10):
            if number <= step * unit:
                return step * unit
        unit *= 10
