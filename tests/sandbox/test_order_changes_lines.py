"""Adding, changing and deleting lines."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api
from tests.sandbox.fidelity import point
from tests.sandbox.placing import Placed, line, place, refusals


@point("E8.lines_added")
def test_added_lines_get_the_next_ids(denmark: Api) -> None:
    placed = place(denmark)

    answer = placed.add_lines(line(quantity=3), line(inventoryId="85123A"))

    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["Location"].endswith(placed.path)
    assert [one["lineId"] for one in placed.read_lines()] == [1, 2, 3, 4]
    assert placed.read()["orderQty"] == 13


def test_added_lines_are_looked_at_like_new_ones(denmark: Api) -> None:
    placed = place(denmark)

    assert refusals(placed.add_lines(line(), line(inventoryId="NOPE"))) == [
        ("1804-InventoryIdNotFound", "lines[1].inventoryId")
    ]
    assert refusals(placed.add_lines()) == [("0001-EmptyNotAllowed", "lines")]
    assert len(placed.read_lines()) == 2


@point("E8.lines_changed")
def test_a_line_is_changed_by_its_id(denmark: Api) -> None:
    placed = place(denmark)

    answer = placed.change_lines({"lineId": 2, "quantity": 10, "note": "Ten"})

    assert (answer.status_code, answer.content) == (202, b"")
    first, second = placed.read_lines()
    assert (first["quantity"], second["quantity"]) == (6, 10)
    assert (second["unitPrice"], second["note"]) == (5.95, "Ten")


def test_a_line_without_a_manual_price_is_priced_anew(denmark: Api) -> None:
    placed = place(denmark, orderLines=[line(inventoryId="21755", quantity=9)])

    placed.change_lines({"lineId": 1, "quantity": 10})
    assert placed.read_lines()[0]["unitPrice"] == 5.5

    placed.change_lines({"lineId": 1, "unitPrice": 3, "hasManualPrice": True})
    assert placed.read_lines()[0]["unitPrice"] == 3

    placed.change_lines({"lineId": 1, "hasManualPrice": False})
    assert placed.read_lines()[0]["unitPrice"] == 5.5

    placed.change_lines({"lineId": 1, "unitPrice": 3})
    placed.change_lines({"lineId": 1, "unitPrice": None})
    assert placed.read_lines()[0]["unitPrice"] == 5.5


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([{"lineId": 7, "quantity": 1}], [("0200-LineIdDoesNotExist", "lines[0].lineId")]),
        ([{"quantity": 1}], [("0001-NullNotAllowed", "lines[0].lineId")]),
        (
            [{"lineId": 1, "note": "a"}, {"lineId": 1, "note": "b"}],
            [("1817-LineIdIsNotUnique", "lines[1].lineId")],
        ),
        (
            [{"lineId": 1}, {"lineId": 2}, {"lineId": 1}],
            [
                ("1813-InputLinesExceedExistingLinesCount", "lines"),
                ("1817-LineIdIsNotUnique", "lines[2].lineId"),
            ],
        ),
        (
            [{"lineId": 1, "sortOrder": 5}, {"lineId": 2, "sortOrder": 5}],
            [("1816-SortOrderNbrIsNotUnique", "lines[1].sortOrder")],
        ),
        (
            [{"lineId": 1, "unitOfMeasure": "LITRES"}],
            [("1808-InvalidUnitOfMeasure", "lines[0].unitOfMeasure")],
        ),
    ],
)
def test_refuses_changes_and_names_the_line(
    denmark: Api, lines: list[Any], expected: list[tuple[str, str]]
) -> None:
    assert refusals(place(denmark).change_lines(*lines)) == expected


@point("E8.empty_line_patch")
def test_no_lines_to_change_is_a_refusal(norway: Api) -> None:
    answer = place(norway).change_lines()

    assert answer.status_code == 400
    assert answer.json()["errors"] == {"lines": ["There are no lines set to patch"]}


@point("E8.completed_alone")
def test_completed_stands_alone_on_its_line(norway: Api) -> None:
    placed = place(norway)

    both = placed.change_lines({"lineId": 1, "completed": True, "quantity": 2})

    assert refusals(both) == [("0004-ValueNotAllowed", "lines[0].quantity")]
    assert placed.change_lines({"lineId": 1, "completed": True}).status_code == 202
    assert placed.read_lines()[0]["completed"] is True


def test_a_completed_line_is_not_changed(norway: Api) -> None:
    placed = place(norway)
    placed.change_lines({"lineId": 1, "completed": True})

    answer = placed.change_lines({"lineId": 1, "quantity": 2})

    assert refusals(answer) == [("1810-LineAlreadyCompleted", "lines[0].lineId")]


@point("E8.update_completed")
def test_update_completed_changes_completed_lines(norway: Api) -> None:
    placed = place(norway)
    placed.change_lines({"lineId": 1, "completed": True})
    body = {"lines": [{"lineId": 1, "note": "1"}], "updateCompleted": True}

    answer = norway.call(
        "PATCH", f"{placed.path}/lines", json=body, headers={"If-Match": placed.etag}
    )

    assert answer.status_code == 202


@point("E8.shipped_lines")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"externalLink": "https://x.example"}, "1811-LineAlreadyShippedExternalLink"),
        ({"salesAccountId": "3000"}, "1812-LineAlreadyShippedSalesAccountId"),
        ({"unitCost": 1}, "1818-LineAlreadyShippedUnitCost"),
        ({"shippingRule": "ShipComplete"}, "1819-LineAlreadyShippedShippingRule"),
        ({"warehouseId": "2"}, "1822-CanNotUpdateLineLocation"),
    ],
)
def test_some_members_are_fixed_once_a_line_has_shipped(
    denmark: Api, change: dict[str, Any], code: str
) -> None:
    placed = _shipped(denmark)

    assert refusals(placed.change_lines({"lineId": 1, **change})) == [
        (code, f"lines[0].{next(iter(change))}")
    ]
    assert placed.change_lines({"lineId": 2, **change}).status_code == 202


@point("E8.lines_deleted")
def test_lines_are_deleted_by_their_ids(norway: Api) -> None:
    placed = place(norway)
    placed.add_lines(line())

    answer = placed.delete_lines("1,3")

    assert (answer.status_code, answer.content) == (202, b"")
    assert [one["lineId"] for one in placed.read_lines()] == [2]
    placed.add_lines(line())
    assert [one["lineId"] for one in placed.read_lines()] == [2, 4]


@pytest.mark.parametrize(
    ("ids", "code"),
    [
        ("", "0001-NullNotAllowed"),
        ("one", "0003-InvalidValue"),
        ("7", "0200-LineIdDoesNotExist"),
        (",".join(["1"] * 1001), "0100-OutsideValidRange"),
    ],
)
def test_refuses_ids_of_lines_that_cannot_be_deleted(norway: Api, ids: str, code: str) -> None:
    assert refusals(place(norway).delete_lines(ids)) == [(code, "ids")]


def test_a_shipped_line_is_not_deleted(denmark: Api) -> None:
    refused = refusals(_shipped(denmark).delete_lines("1"))

    assert refused == [("1823-DeleteLineWhichIsAlreadyShipped", "ids")]


def test_the_free_line_of_a_discount_stays_as_it_is(denmark: Api) -> None:
    gift = line(discountCode="GIFT", hasManualDiscount=True)
    placed = place(denmark, orderLines=[gift])

    placed.change_lines({"lineId": 2, "note": "A gift"})
    assert placed.read_lines()[1]["unitPrice"] == 0
    changed = placed.change_lines({"lineId": 2, "discountPercent": 10})

    assert refusals(changed) == [("1820-LineIsFreeItem", "lines[0].discountPercent")]
    assert refusals(placed.delete_lines("2")) == [("1824-DeleteLineWhichIsFreeDiscountLine", "ids")]


def _shipped(api: Api) -> Placed:
    """An order of which the first line has gone out."""
    placed = place(api)
    placed.push("BackOrder", shipped=[1])
    return placed
