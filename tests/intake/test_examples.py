from __future__ import annotations

from pathlib import Path

import pytest

from integrations.intake.services.mappings import MAPPINGS
from integrations.intake.services.reading import read
from integrations.intake.services.spreadsheets import read_table

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(
    ("name", "mapping", "rows", "good", "refused"),
    [
        ("orders-fjordlys-as.csv", "online-retail", 767, 150, 10),
        ("orders-fjordlys-sverige.csv", "online-retail", 733, 150, 10),
        ("plain-template.csv", "plain", 3, 2, 0),
    ],
)
def test_example_adds_up(name: str, mapping: str, rows: int, good: int, refused: int) -> None:
    reading = read(read_table(EXAMPLES / name), MAPPINGS[mapping])

    assert (reading.row_count, len(reading.good), len(reading.refused)) == (rows, good, refused)


def test_examples_share_no_order_number() -> None:
    references = [
        order.content["reference"]
        for path in EXAMPLES.glob("orders-*.csv")
        for order in read(read_table(path), MAPPINGS["online-retail"]).good
    ]

    assert len(references) == len(set(references)) == 300


def test_examples_name_where_they_come_from() -> None:
    text = (EXAMPLES / "README.md").read_text()

    for word in ("Daqing Chen", "10.24432/C5BW33", "Creative Commons Attribution 4.0", "Changes:"):
        assert word in text
