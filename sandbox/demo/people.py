"""Who can sign in to the demo world."""

from __future__ import annotations

from sandbox.demo.ids import demo_id
from sandbox.settings import Settings
from sandbox.world.companies import Company, Contract
from sandbox.world.people import (
    API_USER,
    CUSTOMER_ADMINISTRATOR,
    FINANCIALS_USER,
    INTEGRATION_ADMINISTRATOR,
    User,
)

PASSWORD = "sandbox"  # noqa: S105 - everyone may know it


def demo_users(settings: Settings, contract: Contract, companies: list[Company]) -> list[User]:
    """``companies`` are the Norwegian one, the Swedish, the Danish, and others."""
    norway, _, denmark, *_ = companies

    def user(local: str, given: str, family: str, roles: dict[str, set[str]]) -> User:
        return User(
            sub=demo_id(settings, local),
            email=f"{local}@fjordlys.example",
            password=PASSWORD,
            given_name=given,
            family_name=family,
            roles=roles,
        )

    everywhere = [contract.tenant_id, *(company.tenant_id for company in companies)]
    return [
        user("nordhandel", "Nordhandel", "Integrasjon", {norway.tenant_id: {API_USER}}),
        user(
            "regnskap",
            "Runa",
            "Regnskap",
            {
                norway.tenant_id: {API_USER, FINANCIALS_USER},
                denmark.tenant_id: {API_USER, FINANCIALS_USER},
            },
        ),
        user("uten.rolle", "Ulrik", "Utenrolle", {}),
        user(
            "admin",
            "Astrid",
            "Admin",
            {tenant: {INTEGRATION_ADMINISTRATOR, CUSTOMER_ADMINISTRATOR} for tenant in everywhere},
        ),
    ]
