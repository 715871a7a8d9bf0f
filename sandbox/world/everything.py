"""The whole of it, by the keys things are looked up by."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.world.applications import Application, InvitationCode
from sandbox.world.companies import Company, Contract
from sandbox.world.developers import Developer, DeveloperSession
from sandbox.world.people import User


@dataclass(slots=True)
class World:
    contracts: dict[str, Contract] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    invitation_codes: dict[str, InvitationCode] = field(default_factory=dict)
    # By e-mail address in lower case; sessions by their cookie.
    developers: dict[str, Developer] = field(default_factory=dict)
    developer_sessions: dict[str, DeveloperSession] = field(default_factory=dict)
    # Scopes switched on, by application and tenant id.
    approvals: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def user_by_email(self, email: str) -> User | None:
        wanted = email.strip().lower()
        return next((user for user in self.users.values() if user.email.lower() == wanted), None)

    def companies_for(self, user: User, role: str) -> list[Company]:
        """Companies in which the user holds the role, by name."""
        held = (
            company
            for company in self.companies.values()
            if user.has_role(role, company.tenant_id) and company.licensed
        )
        return sorted(held, key=lambda company: company.name)

    def tenant_name(self, tenant_id: str) -> str | None:
        """The name of a company or of a contract."""
        known = self.companies.get(tenant_id) or self.contracts.get(tenant_id)
        return known.name if known else None
