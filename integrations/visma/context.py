"""The companies one token reaches, from a context endpoint where a deployment has one."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.visma.bodies import clean, read_json
from integrations.visma.errors import Malformed
from integrations.visma.exchange import Transport, read


@dataclass(frozen=True, slots=True)
class ContextCompany:
    """An element of the context list. ``id`` as Visma wrote it, a number or a text."""

    id: int | str
    name: str
    type: str


def list_companies(url: str, token: str, transport: Transport) -> list[ContextCompany]:
    """Return the companies of a context endpoint (an array of id, name, type).

    An empty list means that the user lacks a role. Raises Unauthorized, Forbidden, Throttled,
    Faulted, Outage or BadAnswer.
    """
    rows = read_json(read(transport, url, token).body)
    if not isinstance(rows, list):
        raise Malformed("The context is not a list")
    return [_company(row) for row in rows]


def _company(row: object) -> ContextCompany:
    if not isinstance(row, dict):
        raise Malformed("A company in the context is not an object")
    company_id = row.get("id")
    if isinstance(company_id, bool) or not isinstance(company_id, int | str) or company_id == "":
        raise Malformed("A company in the context has no id")
    return ContextCompany(company_id, clean(row.get("name"), 255), clean(row.get("type"), 60))
