"""Rules about payment, periods, freight, and ROT and RUT."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Api, order
from tests.sandbox.fidelity import point
from tests.sandbox.placing import line, refusals

CASH = {"paymentMethodId": "1", "cashAccountId": "1920", "paymentReference": "KID 1"}


@point("E4.payment")
@pytest.mark.parametrize(
    ("given", "code", "name"),
    [
        ({"paymentMethodId": "7"}, "1402-PaymentMethodIdNotFound", "paymentMethodId"),
        ({"paymentMethodId": "9"}, "1403-InactivePaymentMethodId", "paymentMethodId"),
        ({"paymentMethodId": "8"}, "1404-InvalidPaymentMethodId", "paymentMethodId"),
        ({"paymentMethodId": None}, "1409-PaymentMethodRequired", "paymentMethodId"),
        ({"paymentReference": None}, "1405-PaymentReferenceRequired", "paymentReference"),
        ({"cashAccountId": None}, "1500-CashAccountRequired", "cashAccountId"),
        ({"cashAccountId": "1940"}, "1501-CashAccountInactive", "cashAccountId"),
        ({"cashAccountId": "1999"}, "1502-CashAccountNotFound", "cashAccountId"),
        ({"cashAccountId": "1950"}, "1503-CashAccountInvalidForPaymentMethod", "cashAccountId"),
        ({"cashAccountId": "1930"}, "1504-CashAccountInvalidForBranch", "cashAccountId"),
    ],
)
def test_a_cash_sale_needs_a_payment_that_works(
    denmark: Api, given: dict[str, Any], code: str, name: str
) -> None:
    good, bad = (order(type="CS", paymentSettings=one) for one in (CASH, CASH | given))

    assert denmark.post(good).status_code == 201
    assert refusals(denmark.post(bad)) == [(code, f"paymentSettings.{name}")]


def test_a_quote_takes_no_payment_reference(denmark: Api) -> None:
    answer = denmark.post(order(type="QT", paymentSettings={"paymentReference": "1"}))

    expected = ("1406-PaymentReferenceProhibited", "paymentSettings.paymentReference")
    assert refusals(answer) == [expected]


@point("E4.periods")
@pytest.mark.parametrize(
    ("order_type", "given", "code", "name"),
    [
        ("SO", {"postPeriod": "199901"}, "1600-FinancialPeriodNotFound", "postPeriod"),
        ("SO", {"postPeriod": "202312"}, "1601-FinancialPeriodClosed", "postPeriod"),
        ("SO", {"invoiceDate": "2023-12-24T12:00:00"}, "1601-FinancialPeriodClosed", "invoiceDate"),
        ("SO", {"postPeriod": "203012"}, "1602-FinancialPeriodInactive", "postPeriod"),
        ("QT", {"postPeriod": "202405"}, "1603-FinancialPeriodNotApplicable", "postPeriod"),
    ],
)
def test_an_invoice_falls_into_an_open_period(
    denmark: Api, order_type: str, given: dict[str, Any], code: str, name: str
) -> None:
    open_period = order(financialInformation={"postPeriod": "202405"})
    refused = denmark.post(order(type=order_type, financialInformation=given))

    assert denmark.post(open_period).status_code == 201
    assert refusals(refused) == [(code, f"financialInformation.{name}")]


@point("E4.freight")
def test_some_carriers_set_the_freight_cost_themselves(denmark: Api) -> None:
    freight = {"cost": 10, "taxCategoryId": "9"}

    answer = denmark.post(order(shipping={"shipViaId": "TABLE"}, freight=freight))

    assert refusals(answer) == [
        ("1805-InvalidTaxCategoryId", "freight.taxCategoryId"),
        ("1310-FreightCostCanNotBeSetManually", "freight.cost"),
    ]


@point("E4.rot_rut")
@pytest.mark.parametrize(
    ("changes", "code", "where"),
    [
        ({"type": "RM"}, "1920-RotRutNotSupportedByOrderType", "isRotRutDeductible"),
        ({"currencyId": "EUR"}, "1922-RotRutNotInBaseCurrency", "currencyId"),
        ({"isRotRutDeductible": False}, "1923-NonRotRutOrder", "rotRutDetails"),
        ({"rotRutDetails": {"apartment": "1"}}, "1925-InvalidRotArguments", "rotRutDetails"),
        (
            {"rotRutDetails": {"estate": "1", "apartment": "1", "organisationNumber": "1"}},
            "1925-InvalidRotArguments",
            "rotRutDetails",
        ),
    ],
)
def test_rot_and_rut_have_rules_of_their_own(
    denmark: Api, changes: dict[str, Any], code: str, where: str
) -> None:
    good: dict[str, Any] = {
        "isRotRutDeductible": True,
        "rotRutDetails": {"type": "Rot", "estate": "1"},
    }

    assert denmark.post(order(**good)).status_code == 201
    assert refusals(denmark.post(order(**(good | changes)))) == [(code, where)]


def test_lines_have_the_deduction_of_their_order(denmark: Api) -> None:
    repair = line(inventoryId="REPARASJON", isRotRutDeductible=True)
    where = "orderLines[0].isRotRutDeductible"

    plain = denmark.post(order(orderLines=[repair]))
    other: dict[str, Any] = {"isRotRutDeductible": True, "rotRutDetails": {"type": "Rut"}}
    household = denmark.post(order(orderLines=[repair], **other))

    assert refusals(plain) == [("1923-NonRotRutOrder", where)]
    assert refusals(household) == [("1924-InvalidLinesRotRutType", where)]


def test_a_company_may_not_have_the_feature(norway: Api) -> None:
    deductible = norway.post(order(isRotRutDeductible=True))
    subaccount = norway.post(order(orderLines=[line(subaccount={"1": "10"})]))

    assert refusals(deductible) == [("1921-RotRutNotActivatedForCompany", "isRotRutDeductible")]
    assert refusals(subaccount) == [("0008-FeatureNotActive", "orderLines[0].subaccount")]
