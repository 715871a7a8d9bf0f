"""Changing and deleting orders: versions, states, and what a change lays over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api
from tests.sandbox.fidelity import point
from tests.sandbox.placing import line, place, refusals


@point("E8.changed")
def test_a_change_is_202_without_a_body_and_with_the_new_etag(norway: Api) -> None:
    placed = place(norway)
    first = placed.etag

    answer = placed.change({"description": "Changed"})

    assert (answer.status_code, answer.content) == (202, b"")
    assert placed.etag == norway.get(placed.path).headers["ETag"] != first
    assert placed.read()["description"] == "Changed"


@point("E8.etag_value")
def test_the_etag_is_the_version_of_the_body(norway: Api) -> None:
    placed = place(norway)

    assert placed.etag == f'"{placed.read()["version"]}"'


@point("E8.missing")
def test_a_change_without_the_version_is_428(norway: Api) -> None:
    placed = place(norway)

    answers = [
        placed.change({"description": "Changed"}, If_Match=""),
        placed.change_lines({"lineId": 1, "quantity": 2}, If_Match=""),
    ]

    assert [one.status_code for one in answers] == [428, 428]
    assert answers[0].json()["status"] == 428


@point("E8.stale")
def test_a_change_of_an_older_version_is_412(norway: Api) -> None:
    placed = place(norway)
    first = placed.etag
    placed.change({"description": "Mine"})

    answers = [
        placed.change({"description": "Theirs"}, If_Match=first),
        placed.change_lines({"lineId": 1, "quantity": 2}, If_Match=first),
    ]

    assert [one.status_code for one in answers] == [412, 412]
    assert placed.read()["description"] == "Mine"


@point("E8.if_match_needed")
def test_every_change_needs_the_version(norway: Api) -> None:
    placed = place(norway)

    answers = [
        placed.add_lines(line(), If_Match=""),
        placed.delete_lines("1", If_Match=""),
        placed.delete(If_Match=""),
    ]

    assert [one.status_code for one in answers] == [428, 428, 428]


@point("E8.if_match_form")
def test_the_version_may_come_without_quotes(norway: Api) -> None:
    placed = place(norway)

    assert placed.change({"note": "1"}, If_Match=placed.etag.strip('"')).status_code == 202


@point("E8.if_match_star")
def test_a_star_matches_every_version(norway: Api) -> None:
    assert place(norway).change({"note": "1"}, If_Match="*").status_code == 202


@point("E8.status_alone")
def test_the_status_goes_alone(norway: Api) -> None:
    placed = place(norway)

    both = placed.change({"status": "Hold", "description": "Changed"})

    assert refusals(both) == [("0004-ValueNotAllowed", "description")]
    assert placed.change({"status": "Hold"}).status_code == 202
    assert placed.read()["status"]["description"] == "Hold"


@point("E8.statuses")
@pytest.mark.parametrize("status", ["Hold", "backorder", "Cancelled", "Completed"])
def test_five_statuses_can_be_asked_for(norway: Api, status: str) -> None:
    placed = place(norway)

    assert placed.change({"status": status}).status_code == 202
    assert placed.read()["status"]["description"].lower() == status.lower()


@pytest.mark.parametrize("status", ["Shipping", "N"])
def test_other_statuses_cannot_be_asked_for(norway: Api, status: str) -> None:
    assert refusals(place(norway).change({"status": status})) == [("0003-InvalidValue", "status")]


@point("E8.closed_order")
@pytest.mark.parametrize("status", ["Completed", "Cancelled", "Shipping"])
def test_a_closed_order_cannot_be_changed(norway: Api, status: str) -> None:
    placed = place(norway)
    placed.push(status)

    answers = [placed.change({"note": "1"}), placed.add_lines(line())]

    assert [one.status_code for one in answers] == [405, 405]


@point("E8.status_changes")
def test_a_shipped_order_does_not_go_back_to_hold(norway: Api) -> None:
    placed = place(norway)
    placed.push("Invoiced")

    assert placed.change({"status": "Hold"}).status_code == 405


def test_a_cancelled_order_can_be_opened_again(norway: Api) -> None:
    placed = place(norway)
    placed.change({"status": "Cancelled"})

    assert placed.change({"status": "Open"}).status_code == 202


@point("E8.deleted")
def test_a_deleted_order_is_gone(norway: Api) -> None:
    placed = place(norway)

    assert (placed.delete().status_code, placed.delete().status_code) == (202, 404)
    assert norway.get(placed.path).status_code == 404
    assert placed.change({"note": "1"}).status_code == 404


def test_an_order_with_shipped_lines_is_not_deleted(norway: Api) -> None:
    placed = place(norway)
    placed.push("BackOrder", shipped=[1])

    assert refusals(placed.delete()) == [("1825-DeleteSalesOrderWithShippedLines", "orderLines")]


def test_a_completed_order_is_not_deleted(norway: Api) -> None:
    placed = place(norway)
    placed.change({"status": "Completed"})

    assert placed.delete().status_code == 405


@point("E8.quote")
def test_the_quote_of_a_deleted_order_is_open_again(norway: Api) -> None:
    quote = place(norway, type="QT")
    quote.change({"status": "Completed"})
    placed = place(norway, originalOrderType="QT", originalOrderId=quote.path.split("/")[-1])

    placed.delete()

    assert quote.read()["status"]["description"] == "Open"


@point("E8.merged")
def test_a_change_leaves_the_rest_as_it_was(denmark: Api) -> None:
    placed = place(denmark, branchId="2", note="Keep me", shipping={"priority": 7})
    before = placed.read()

    placed.change({"shipping": {"saturdayDelivery": True}, "customer": {"refNo": "R-2"}})

    after = placed.read()
    assert (after["branch"]["id"], after["note"]) == ("2", "Keep me")
    assert after["shipping"]["priority"] == 7
    assert after["shipping"]["saturdayDelivery"] is True
    assert after["customer"]["refNo"] == "R-2"
    assert after["customer"]["order"] == before["customer"]["order"]
    assert after["totals"] == before["totals"]
    assert after["lastModified"] >= before["lastModified"]


def test_part_of_an_address_is_laid_over_the_one_there_is(denmark: Api) -> None:
    placed = place(denmark)

    placed.change({"shipping": {"address": {"line1": "Ny vei 1"}}})
    address = placed.read()["shipping"]["address"]
    assert (address["line1"], address["city"]) == ("Ny vei 1", "Ebeltoft")

    placed.change({"shipping": {"address": {"overridesDefault": False}}})
    assert placed.read()["shipping"]["address"]["line1"] == "Havnegata 1"


def test_another_customer_brings_its_own_terms_and_place(denmark: Api) -> None:
    placed = place(denmark, customer={"id": "10042", "locationId": "LAGER", "refNo": "R-1"})

    assert placed.change({"customer": {"id": "10043"}}).status_code == 202

    customer = placed.read()["customer"]
    assert (customer["id"], customer["location"]["id"]) == ("10043", "MAIN")
    assert customer["refNo"] == "R-1"


def test_another_tax_zone_taxes_the_lines_anew(denmark: Api) -> None:
    placed = place(denmark)
    assert placed.read()["totals"]["taxTotal"] > 0

    placed.change({"taxZoneId": "02"})

    assert placed.read()["totals"]["taxTotal"] == 0


@point("E8.patched_null")
def test_null_clears_a_member(norway: Api) -> None:
    placed = place(norway, description="Old")

    placed.change({"description": None})

    assert not placed.read()["description"]


@point("E8.null_reference")
def test_null_leaves_the_reference(norway: Api) -> None:
    placed = place(norway)

    placed.change({"customer": {"refNo": None}})

    assert placed.read()["customer"]["refNo"] == "WEB-1"


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        ({"description": "x" * 256}, "0002-InvalidLength", "description"),
        ({"customer": {"id": "77777"}}, "1400-CustomerLookupException", "customer.id"),
        ({"customer": {"locationId": "STENGT"}}, "0003-InvalidValue", "customer.locationId"),
        ({"salesPersonId": "SP0"}, "1902-SalesPersonNotFound", "salesPersonId"),
        (
            {"financialInformation": {"postPeriod": "202312"}},
            "1601-FinancialPeriodClosed",
            "financialInformation.postPeriod",
        ),
    ],
)
def test_one_bad_value_refuses_the_whole_change(
    denmark: Api, change: dict[str, Any], code: str, where: str
) -> None:
    placed = place(denmark)
    first = placed.etag

    assert refusals(placed.change({"note": "1"} | change)) == [(code, where)]
    assert placed.read()["version"] == first.strip('"')


@point("E8.combined_patch")
def test_one_change_may_carry_the_lines_too(denmark: Api) -> None:
    placed = place(denmark)

    answer = placed.change(
        {
            "note": "1",
            "orderLines": [{"lineId": 1, "quantity": 4}],
            "newOrderLines": [line(inventoryId="85123A")],
            "removeLines": [2],
        }
    )

    assert answer.status_code == 202
    lines = [(one["lineId"], one["quantity"]) for one in placed.read_lines()]
    assert lines == [(1, 4), (3, 1)]
