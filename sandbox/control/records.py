"""Registers or replaces users, companies, applications, codes and approvals."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from decimal import Decimal
from typing import Any, TypeVar, get_origin, get_type_hints
from uuid import NAMESPACE_URL, uuid4, uuid5

from sandbox.appstore.approvals import approve, withdraw
from sandbox.control.answers import Refused, read_object
from sandbox.demo.companies import default_order_types
from sandbox.http import Request
from sandbox.members import fits
from sandbox.state import Sandbox
from sandbox.world.apis import integrations_for
from sandbox.world.applications import Application, InvitationCode, Secret
from sandbox.world.companies import Company, Contract
from sandbox.world.people import ROLES, User
from sandbox.world.records import Customer, Item

Record = TypeVar("Record", Application, Company, User, InvitationCode)


def put_application(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """``client_id`` is needed; ``client_secret`` is short for one of ``secrets``, which are texts.

    ``scopes`` count as approved. Without an ``owner`` it belongs to the first developer.
    """
    given = read_object(request)
    if "client_secret" in given:
        given["secrets"] = [given.pop("client_secret")]
    if "secrets" in given:
        given["secrets"] = _secrets(given["secrets"])
    client_id = _text(given, "client_id")
    known = sandbox.world.applications.get(client_id)
    owner = next(iter(sandbox.world.developers), "")
    blank = Application(client_id, client_id, given.get("kind", "web"), secrets=[], owner=owner)
    application = _merged(known or blank, given)
    if "scopes" in given:
        application.integrations = integrations_for(application.scopes)
    sandbox.world.applications[client_id] = application
    return describe_application(application)


def put_user(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """``email`` is needed; ``roles`` maps tenant ids to lists of role names and is replaced.

    Roles work after the switch ``role_delay``, as those given in Visma Admin do.
    """
    given = read_object(request)
    email = _text(given, "email")
    roles = _roles(given.pop("roles")) if "roles" in given else None
    known = sandbox.world.user_by_email(email)
    blank = User(str(uuid5(NAMESPACE_URL, email)), email, "sandbox", email.partition("@")[0], "")
    user = _merged(known or blank, given)
    sandbox.world.users[user.sub] = user
    if roles is not None:
        _change_roles(sandbox, user, roles)
    return asdict(user)


def put_company(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Without ``tenant_id`` a new one is made. Customers and items are added to those known.

    ``customers``: {id: name or members}; ``items``: {id: description or members}.
    """
    given = read_object(request)
    customers, items = given.pop("customers", {}), given.pop("items", {})
    tenant_id = str(given.get("tenant_id") or uuid4()).lower()
    given["tenant_id"] = tenant_id
    known = sandbox.world.companies.get(tenant_id)
    if known is None:
        _text(given, "name")
        number = max((one.company_id for one in sandbox.world.companies.values()), default=0)
        contract_id = given.get("contract_id") or next(iter(sandbox.world.contracts), "")
        known = Company(tenant_id, number + 1, "", contract_id, order_types=default_order_types())
    company = _merged(known, given)
    sandbox.world.contracts.setdefault(
        company.contract_id, Contract(company.contract_id, company.name)
    )
    _add_records(company, customers, items)
    sandbox.world.companies[tenant_id] = company
    return describe_company(company)


def put_code(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    given = read_object(request)
    client_id, code = _text(given, "client_id"), _text(given, "code").upper()
    _known_application(sandbox, client_id)
    ends = sandbox.clock.seconds() + sandbox.switches.invitation_days * 24 * 3600
    known = sandbox.world.invitation_codes.get(code) or InvitationCode(code, client_id, ends)
    record = _merged(known, {**given, "code": code})
    sandbox.world.invitation_codes[code] = record
    return asdict(record)


def put_approval(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """What the App Store pages do. ``scopes`` defaults to all of the application's.

    ``approved: false`` withdraws.
    """
    given = read_object(request)
    application = _known_application(sandbox, _text(given, "client_id"))
    tenant_id = _text(given, "tenant_id").lower()
    if sandbox.world.tenant_name(tenant_id) is None:
        raise Refused("No company or contract has this tenant_id.", 404)
    if given.get("approved", True):
        scopes = set(given.get("scopes") or application.scopes)
        approve(sandbox, application, tenant_id, scopes, "control")
    else:
        withdraw(sandbox, application, tenant_id)
    key = (application.client_id, tenant_id)
    return {
        "client_id": application.client_id,
        "tenant_id": tenant_id,
        "scopes": sorted(sandbox.world.approvals.get(key, ())),
    }


def describe_application(application: Application) -> dict[str, Any]:
    """The application with its secrets as texts, and the first of them as ``client_secret``."""
    secrets = [secret.value for secret in application.secrets]
    return asdict(application) | {
        "secrets": secrets,
        "client_secret": secrets[0] if secrets else "",
    }


def describe_company(company: Company) -> dict[str, Any]:
    """The company without its records, of which there may be thousands; only their ids."""
    skipped = {"customers", "items", "order_types", "setup"}
    content = {
        field.name: getattr(company, field.name)
        for field in fields(company)
        if field.name not in skipped
    }
    return content | {
        "customers": list(company.customers),
        "items": list(company.items),
        "order_types": list(company.order_types),
    }


def _merged(record: Record, given: dict[str, Any]) -> Record:
    """Raises Refused for a member that does not exist or has another type."""
    hints = get_type_hints(type(record))
    changes: dict[str, Any] = {}
    for name, value in given.items():
        if name not in hints:
            raise Refused(f"There is no member {name!r}")
        changes[name] = _converted(name, value, hints[name])
    return replace(record, **changes)


def _converted(name: str, value: Any, hint: Any) -> Any:
    if hint is Decimal and fits(value, float):
        return Decimal(str(value))
    if not fits(value, hint):
        raise Refused(f"{name!r} has a value of the wrong type")
    return set(value) if get_origin(hint) is set else value


def _secrets(given: Any) -> list[Secret]:
    if not isinstance(given, list) or not all(isinstance(one, str) and one for one in given):
        raise Refused("'secrets' is a list of texts")
    return [Secret(value) for value in given]


def _change_roles(sandbox: Sandbox, user: User, wanted: dict[str, set[str]]) -> None:
    now, delay = sandbox.clock.seconds(), sandbox.switches.role_delay
    for tenant_id in user.roles.keys() | wanted.keys():
        for role in ROLES:
            given = role in wanted.get(tenant_id, ())
            sandbox.world.change_role(user, tenant_id, role, given=given, now=now, delay=delay)


def _roles(given: Any) -> dict[str, set[str]]:
    if not isinstance(given, dict):
        raise Refused("'roles' maps tenant ids to lists of role names")
    roles = {str(tenant_id).lower(): set(names) for tenant_id, names in given.items()}
    for names in roles.values():
        if not names <= set(ROLES):
            raise Refused(f"Roles are {', '.join(ROLES)}")
    return roles


def _add_records(company: Company, customers: Any, items: Any) -> None:
    if not isinstance(customers, dict) or not isinstance(items, dict):
        raise Refused("'customers' and 'items' map ids to names or members")
    for key, given in customers.items():
        customer = company.customers.get(key) or company.add_customer(key, key)
        _set_members(customer, {"name": given} if isinstance(given, str) else given)
    for key, given in items.items():
        item = company.items.get(key) or company.add_item(key, key)
        _set_members(item, {"description": given} if isinstance(given, str) else given)


def _set_members(record: Customer | Item, given: dict[str, Any]) -> None:
    hints = get_type_hints(type(record))
    for name, value in given.items():
        if name not in hints:
            raise Refused(f"There is no member {name!r}")
        setattr(record, name, _converted(name, value, hints[name]))


def _known_application(sandbox: Sandbox, client_id: str) -> Application:
    application = sandbox.world.applications.get(client_id)
    if application is None:
        raise Refused("No application has this client_id.", 404)
    return application


def _text(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(f"{name!r} is needed")
    return value
