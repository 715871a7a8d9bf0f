"""The published error codes that the sandbox can answer with."""

from __future__ import annotations

MESSAGES = {
    "0001-NullNotAllowed": "Null value not allowed",
    "0001-EmptyNotAllowed": "Empty value not allowed",
    "0002-InvalidLength": "Invalid length",
    "0003-InvalidValue": "Invalid value",
    "0004-ValueNotAllowed": "Value not allowed",
    "0005-InvalidState": "Invalid state",
    "0100-OutsideValidRange": "Value is outside the valid range",
    "1400-CustomerLookupException": "Exception searching customer",
    "1401-MissingTermsId": (
        "TermsId cannot be empty in the order. Set a default terms on the customer "
        "or specify the terms for the order"
    ),
    "1407-InvalidCustomerStatus": "Invalid Customer Status",
    "1408-OverrideCurrencyIdProhibited": "Currency Id can not be overridden",
    "1800-InvalidLineOperation": "Given line operation is not accepted for this order type",
    "1802-InvalidWarehouseId": "Invalid Warehouse Id, or Warehouse Id not found",
    "1804-InventoryIdNotFound": "InventoryId cannot be found or is invalid",
    "1805-InvalidTaxCategoryId": "Invalid TaxCategoryId, or TaxCategory not found",
    "1808-InvalidUnitOfMeasure": "Invalid Unit of Measure",
    "1809-InvalidQuantityForType": (
        "Quantity must be zero or positive when inventory item is not of type MiscCharge"
    ),
    "1816-SortOrderNbrIsNotUnique": ("The SortOrder number provided is not unique in your request"),
}

NULL = "0001-NullNotAllowed"
EMPTY = "0001-EmptyNotAllowed"
LENGTH = "0002-InvalidLength"
VALUE = "0003-InvalidValue"
NOT_ALLOWED = "0004-ValueNotAllowed"
STATE = "0005-InvalidState"
RANGE = "0100-OutsideValidRange"
CUSTOMER = "1400-CustomerLookupException"
TERMS = "1401-MissingTermsId"
CUSTOMER_STATUS = "1407-InvalidCustomerStatus"
CURRENCY = "1408-OverrideCurrencyIdProhibited"
OPERATION = "1800-InvalidLineOperation"
WAREHOUSE = "1802-InvalidWarehouseId"
ITEM = "1804-InventoryIdNotFound"
TAX_CATEGORY = "1805-InvalidTaxCategoryId"
UNIT = "1808-InvalidUnitOfMeasure"
QUANTITY = "1809-InvalidQuantityForType"
SORT_ORDER = "1816-SortOrderNbrIsNotUnique"
