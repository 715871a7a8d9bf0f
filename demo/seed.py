"""What stands before anybody comes: a tenant, two log-ins, and what the vendor registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from integrations.connections.models import Application, ApplicationSecret, Integration
from integrations.connections.models.applications import Kind
from integrations.connections.services import addresses, invitations
from integrations.tenants.models import Member, Tenant, User

# For this machine alone; the sandbox's people have theirs on its front page.
PASSWORD = "nordhandel demo"  # noqa: S105 - printed at the end
ORDERS = "visma.net.erp.salesorder:read visma.net.erp.salesorder:write"
# A consent asks for the company's name by itself; an approval only if the integration does.
SCOPES = {Kind.CONNECT: ORDERS, Kind.SERVICE: f"{ORDERS} vismanet_erp_service_api:read"}
PREFIX = "NH-"
# Who acts at Visma, where orders go to by which way, and which file goes where.
ACCOUNTANT, ADMINISTRATOR = "regnskap@fjordlys.example", "admin@fjordlys.example"
BY_CONSENT, BY_APPROVAL = "Fjordlys AS", "Fjordlys Sverige AB"
FILES = {BY_CONSENT: "orders-fjordlys-as.csv", BY_APPROVAL: "orders-fjordlys-sverige.csv"}


@dataclass(frozen=True, slots=True)
class Seeded:
    """Who may sign in, and a link for each of the two ways to connect a company."""

    staff: str
    member: str
    tenant: Tenant
    consent_link: str
    approval_link: str


def seed(world: dict[str, Any]) -> Seeded:
    """Fills an empty database. ``world`` is the sandbox's ``/_control/world``."""
    registered = {one["kind"]: one for one in world["applications"]}
    codes = {one["client_id"]: one["code"] for one in world["invitation_codes"]}
    tenant = Tenant.objects.create(name="Fjordlys", slug="fjordlys")
    staff = User.objects.create_user(
        "nora@nordhandel.example", PASSWORD, first_name="Nora", is_staff=True, is_superuser=True
    )
    member = User.objects.create_user("frida@fjordlys.example", PASSWORD, first_name="Frida")
    Member.objects.create(tenant=tenant, user=member)
    by_consent = _integration(Kind.CONNECT, registered["web"], codes)
    by_approval = _integration(Kind.SERVICE, registered["service"], codes)
    return Seeded(
        staff.email,
        member.email,
        tenant,
        _link(tenant, by_consent, staff),
        _link(tenant, by_approval, staff),
    )


def _integration(kind: Kind, registered: dict[str, Any], codes: dict[str, str]) -> Integration:
    application = Application.objects.create(
        name=registered["name"],
        slug=f"orders-{kind}",
        kind=kind,
        client_id=registered["client_id"],
        invitation_code=codes.get(registered["client_id"], ""),
    )
    secret = ApplicationSecret(application=application)
    secret.seal(registered["client_secret"])
    secret.save()
    return Integration.objects.create(
        application=application,
        name="Webshop orders" if kind == Kind.CONNECT else "Webshop orders (App Store)",
        slug=f"webshop-{kind}",
        purpose="Puts the orders of your webshop into Visma.net.",
        scopes=SCOPES[kind],
        reference_prefix=PREFIX,
    )


def _link(tenant: Tenant, integration: Integration, by: User) -> str:
    _, token = invitations.make(tenant, integration, by=by, now=timezone.now())
    return addresses.invitation_link(token)
