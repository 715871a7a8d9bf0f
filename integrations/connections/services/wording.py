"""What a person is told before a consent. The ledger keeps it word for word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n

from integrations.connections.models import Integration
from integrations.tenants.models import Tenant

MAKE_ORDERS = n("Make sales orders, and read them back")
ONCE = n("So that each order lands once, and never twice")
READ_BASE = n("Read customers, items and the company’s name")
RIGHTS: dict[str, tuple[str, str]] = {
    "visma.net.erp.salesorder:write": (MAKE_ORDERS, ONCE),
    "visma.net.erp.salesorder:read": (MAKE_ORDERS, ONCE),
    "vismanet_erp_interactive_api:read": (READ_BASE, n("To check an order before it is sent")),
    "vismanet_erp_service_api:read": (READ_BASE, n("To check an order before it is sent")),
    "vismanet_erp_interactive_api:create": (n("Make new entries over the ERP’s API"), ""),
    "vismanet_erp_service_api:create": (n("Make new entries over the ERP’s API"), ""),
    "vismanet_erp_interactive_api:update": (n("Change entries over the ERP’s API"), ""),
    "vismanet_erp_service_api:update": (n("Change entries over the ERP’s API"), ""),
    "vismanet_erp_interactive_api:delete": (n("Delete entries over the ERP’s API"), ""),
    "vismanet_erp_service_api:delete": (n("Delete entries over the ERP’s API"), ""),
    "financialstasks": (
        n("Work in Financials as this Visma user"),
        n("The older server knows no narrower right. We make sales orders with it, read them back, "
          "and read what they name"),
    ),
}  # fmt: skip
WIDE = {"financialstasks"}
IDENTITY = {"openid", "profile", "email", "tenants", "offline_access"}


@dataclass(frozen=True, slots=True)
class Right:
    """One thing that is allowed, and why it is asked."""

    sentence: str
    why: str


def rights_of(scopes: Iterable[str]) -> list[Right]:
    """Say scopes in words, each once; one we have no words for shows by its name."""
    rights: dict[str, Right] = {}
    for scope in sorted(set(scopes) - IDENTITY, key=_order):
        sentence, why = RIGHTS.get(scope, (scope, ""))
        rights.setdefault(sentence, Right(_(sentence), _(why) if why else ""))
    return list(rights.values())


def headline(integration: Integration) -> str:
    return _("%(vendor)s asks to put your orders into Visma.net") % {"vendor": settings.VENDOR_NAME}


def consent_text(integration: Integration, tenant: Tenant, scopes: Iterable[str]) -> str:
    """The statements of the landing page in the reader's language, one a line."""
    lines = [headline(integration), f"{integration.name}: {tenant.name}"]
    if integration.purpose:
        lines.append(integration.purpose)
    lines += [right.sentence for right in rights_of(scopes)]
    lines.append(nothing_else(scopes))
    return "\n".join(filter(None, lines))


def nothing_else(scopes: Iterable[str]) -> str:
    """That this is all; empty where a right is wider than what we do with it."""
    return "" if WIDE.intersection(scopes) else _("Nothing else")


def _order(scope: str) -> int:
    known = list(RIGHTS)
    return known.index(scope) if scope in RIGHTS else len(known)
