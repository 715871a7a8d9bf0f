"""Companies: their numbers, the tenant id under Configuration, the licence."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from sandbox.admin.visits import COMPANIES, HOME, Visit
from sandbox.http import Response, redirect
from sandbox.parts import badge, button_link, checkbox, facts, form, hidden, press, table
from sandbox.world.companies import Company

COMPANY = f"{HOME}/company"


def show_companies(visit: Visit) -> Response:
    world = visit.sandbox.world
    rows = [
        (
            f"<strong>{escape(name)}</strong>",
            badge(kind),
            _licence(world.companies.get(tenant_id)),
            button_link("Edit", _address_of(tenant_id), quiet=True),
        )
        for tenant_id, name, kind in visit.places
    ]
    return visit.page(
        "Companies", table("Companies", ("Name", "Kind", "Licence", "Next"), rows), COMPANIES
    )


def show_company(visit: Visit) -> Response:
    tenant_id = visit.request.query.get("tenant_id", "")
    name = visit.sandbox.world.tenant_name(tenant_id)
    if name is None or not visit.administers(tenant_id):
        return visit.page("You don't administer this company", "", COMPANIES, 404)
    company = visit.sandbox.world.companies.get(tenant_id)
    configuration = facts(
        [("Tenant id", f'<code class="copied" id="tenant-id">{tenant_id}</code>')]
    )
    return visit.page(
        name,
        (_details(visit, company) if company else "<p>This is the customer itself.</p>")
        + f"<h2>Configuration</h2>{configuration}",
        COMPANIES,
    )


def save_company(visit: Visit) -> Response:
    given = visit.request.form
    tenant_id = given.get("tenant_id", "")
    company = visit.sandbox.world.companies.get(tenant_id)
    if company is None or not visit.administers(tenant_id):
        return visit.page("You don't administer this company", "", COMPANIES, 404)
    company.licensed = "licensed" in given
    return redirect(_address_of(tenant_id))


def _address_of(tenant_id: str) -> str:
    return f"{COMPANY}?{urlencode({'tenant_id': tenant_id})}"


def _licence(company: Company | None) -> str:
    if company is None:
        return ""
    return badge("licensed", "good") if company.licensed else badge("no licence", "bad")


def _details(visit: Visit, company: Company) -> str:
    customer = visit.sandbox.world.contracts.get(company.contract_id)
    return facts(
        [
            ("Customer", escape(customer.name if customer else company.contract_id)),
            ("Company id", f"<code>{company.company_id}</code>"),
            ("Organisation number", escape(company.organization_number or "none")),
            ("Country", escape(company.country)),
        ]
    ) + form(
        COMPANY,
        hidden("tenant_id", company.tenant_id),
        checkbox(
            "Licence for Visma.net ERP",
            "licensed",
            checked=company.licensed,
            note="In life Visma decides on it; here you can see what comes of its end.",
        ),
        press("Save"),
    )
