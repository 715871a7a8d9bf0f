"""The whole of it, by the keys things are looked up by."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.world.applications import Application, InvitationCode
from sandbox.world.approvals import Approval
from sandbox.world.companies import Company, Contract
from sandbox.world.developers import Developer, DeveloperSession
from sandbox.world.people import CUSTOMER_ADMINISTRATOR, RoleChange, StoreAccount, User


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
    # What was asked for, when and by whom, by the same keys.
    approval_notes: dict[tuple[str, str], Approval] = field(default_factory=dict)
    # Changes of roles that don't work yet.
    role_changes: list[RoleChange] = field(default_factory=list)
    # By the user's sub.
    store_accounts: dict[str, StoreAccount] = field(default_factory=dict)

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

    def tenants_for(self, user: User, role: str) -> list[tuple[str, str, str]]:
        """Tenant id, name and kind of all that the user holds the role in.

        A contract stands among its companies as a ``Customer``, as in life.
        """
        contracts = [(one.tenant_id, one.name, "Customer") for one in self.contracts.values()]
        companies = [(one.tenant_id, one.name, "Company") for one in self.companies.values()]
        return [row for row in contracts + companies if user.has_role(role, row[0])]

    def administrators_for(self, user: User) -> list[User]:
        """Who can give the user roles: where the user has access, else anywhere."""
        places = user.roles or dict.fromkeys([*self.contracts, *self.companies])
        return [
            other
            for other in self.users.values()
            if other is not user
            and any(other.has_role(CUSTOMER_ADMINISTRATOR, place) for place in places)
        ]

    def change_role(
        self, user: User, tenant_id: str, role: str, *, given: bool, now: float, delay: float
    ) -> None:
        """Give or take a role; it works after ``delay`` seconds. The last word counts."""
        self.role_changes = [
            one
            for one in self.role_changes
            if (one.sub, one.tenant_id, one.role) != (user.sub, tenant_id, role)
        ]
        if user.has_role(role, tenant_id) == given:
            return
        user.roles.setdefault(tenant_id, set())
        self.role_changes.append(RoleChange(user.sub, tenant_id, role, given, now + delay))
        self.settle_roles(now)

    def settle_roles(self, now: float) -> None:
        """Let the changes work whose moment has come."""
        due = [one for one in self.role_changes if one.works_from <= now]
        for change in due:
            user = self.users.get(change.sub)
            if user is not None:
                (user.give if change.given else user.take)(change.role, change.tenant_id)
            self.role_changes.remove(change)

    def waiting_role(self, user: User, tenant_id: str, role: str) -> RoleChange | None:
        """The change of this role that doesn't work yet."""
        wanted = (user.sub, tenant_id, role)
        return next(
            (one for one in self.role_changes if (one.sub, one.tenant_id, one.role) == wanted),
            None,
        )

    def tenant_name(self, tenant_id: str) -> str | None:
        """The name of a company or of a contract."""
        known = self.companies.get(tenant_id) or self.contracts.get(tenant_id)
        return known.name if known else None
