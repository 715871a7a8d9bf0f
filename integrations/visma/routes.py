"""The routes by the names that integrations carry."""

from __future__ import annotations

from integrations.visma.doors import Door, OrderRoute, Reading, Wanted
from integrations.visma.erp_orders import ERP_V1
from integrations.visma.sales_orders import SALESORDER_V3

__all__ = ["ROUTES", "Door", "OrderRoute", "Reading", "Wanted"]

ROUTES: dict[str, OrderRoute] = {"salesorder-v3": SALESORDER_V3, "erp-v1": ERP_V1}
