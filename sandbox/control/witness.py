"""What came of every request: for a test to demand that each order arrived exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from sandbox.control.answers import Refused, read_object
from sandbox.http import Request
from sandbox.ledger import NAMES, Entry
from sandbox.salesorders.store import OrderBook
from sandbox.state import Sandbox

ORDINARY = ("after", "limit", "outcome")
OUTCOMES: dict[str, Callable[[Entry], bool]] = {
    "committed": lambda entry: entry.committed is not None,
    "changed": lambda entry: entry.changed is not None,
    "unanswered": lambda entry: _did_something(entry) and entry.sent != "whole",
    "misanswered": lambda entry: _misanswered(_did_something(entry), entry.answered),
}


def list_requests(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """The ledger, oldest first.

    ``after`` skips up to that number and ``limit`` ends a page, whose ``next`` is the next
    ``after``; ``outcome`` is committed (an order was made), changed (one was changed or
    deleted), unanswered (either, but no whole answer left) or misanswered (either, but the
    answer was none of success). Every other filter is a member of an entry, and equal.
    """
    query = request.query
    after, limit = _number(query.pop("after", "0")), _number(query.pop("limit", "0"))
    outcome = query.pop("outcome", "")
    if not query.keys() <= set(NAMES) or (outcome and outcome not in OUTCOMES):
        raise Refused(
            f"Filters are {', '.join((*ORDINARY, *NAMES))}; outcome is {', '.join(OUTCOMES)}."
        )
    found: list[dict[str, Any]] = []
    for entry in sandbox.ledger.entries(after):
        if _matches(entry, query) and (not outcome or OUTCOMES[outcome](entry)):
            if limit and len(found) == limit:
                return {"count": limit, "requests": found, "next": found[-1]["number"]}
            found.append(asdict(entry))
    return {"count": len(found), "requests": found, "next": None}


def list_references(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Which order numbers each reference has; ``duplicates`` are those with more than one."""
    references: dict[str, list[str]] = {}
    duplicates: dict[str, list[str]] = {}
    for _, book in books(sandbox, request.query.get("tenant_id")):
        for reference, orders in book.by_reference().items():
            numbers = [order.order_id for order in orders]
            references.setdefault(reference, []).extend(numbers)
            if len(orders) > 1:
                duplicates.setdefault(reference, []).extend(numbers)
    return {"references": references, "duplicates": duplicates}


def compare_references(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Hold ``references`` (a list of what should have arrived) against what is there.

    ``tenant_id`` looks at one company. ``exact`` is true when each is there once and
    nothing else is.
    """
    given = read_object(request)
    wanted = given.get("references")
    if not isinstance(wanted, list) or not all(isinstance(one, str) for one in wanted):
        raise Refused("Send 'references' as a list of texts.")
    found: Counter[str] = Counter()
    for _, book in books(sandbox, given.get("tenant_id")):
        found.update({name: len(orders) for name, orders in book.by_reference().items()})
    asked = set(wanted)
    missing = sorted(asked - found.keys())
    several = {name: count for name, count in sorted(found.items()) if count > 1}
    unexpected = sorted(found.keys() - asked)
    return {
        "asked": len(asked),
        "once": sum(found[name] == 1 for name in asked),
        "missing": missing,
        "several": several,
        "unexpected": unexpected,
        "exact": not (missing or several or unexpected),
    }


def list_token_calls(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Calls to token endpoints per connection: client, tenant and grant type."""
    calls: dict[tuple[str, str | None, str | None, str | None], Counter[str]] = {}
    for entry in sandbox.ledger.entries():
        if is_token(entry.kind):
            key = (entry.kind, entry.client_id, entry.tenant_id, entry.detail)
            outcome = "given" if entry.answered == 200 else "refused_or_lost"
            calls.setdefault(key, Counter())[outcome] += 1
    rows = [
        {
            "kind": kind,
            "client_id": client_id,
            "tenant_id": tenant_id,
            "grant_type": grant_type,
            "count": counts.total(),
            "given": counts["given"],
        }
        for (kind, client_id, tenant_id, grant_type), counts in calls.items()
    ]
    return {"count": sum(counts.total() for counts in calls.values()), "token_calls": rows}


def give_verdict(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """Totals since the last reset; ``exactly_once`` is true when no reference has two orders."""
    orders = references = repeated = 0
    for _, book in books(sandbox, request.query.get("tenant_id")):
        orders += len(book.orders)
        for found in book.by_reference().values():
            references += 1
            repeated += len(found) > 1
    return {
        "orders": orders,
        "references": references,
        "duplicates": repeated,
        "exactly_once": repeated == 0,
        **_totals(sandbox),
        "faults_waiting": len(sandbox.faults),
    }


def _totals(sandbox: Sandbox) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for case, count in sandbox.ledger.tally().items():
        kind, sent, answered, committed, changed, fault, early = case
        totals["requests"] += count
        totals[sent or "under_way"] += count
        totals["too_early"] += count * early
        totals["faulted"] += count * fault
        totals["token_calls"] += count * is_token(kind)
        totals["committed"] += count * committed
        totals["commits_without_answer"] += count * (committed and sent != "whole")
        totals["commits_misanswered"] += count * _misanswered(committed, answered)
        totals["changed"] += count * changed
        totals["changes_without_answer"] += count * (changed and sent != "whole")
        totals["changes_misanswered"] += count * _misanswered(changed, answered)
        totals["throttled"] += count * (answered == 429)
        totals["server_errors"] += count * (answered >= 500)
    names = (
        "requests",
        "whole",
        "cut",
        "none",
        "under_way",
        "committed",
        "commits_without_answer",
        "commits_misanswered",
        "changed",
        "changes_without_answer",
        "changes_misanswered",
        "too_early",
        "throttled",
        "server_errors",
        "faulted",
        "token_calls",
    )
    return {name: totals[name] for name in names}


def is_token(kind: str) -> bool:
    return kind == "token" or kind.endswith(".token")


def books(sandbox: Sandbox, tenant_id: str | None) -> Iterable[tuple[str, OrderBook]]:
    """All order books with their tenant ids, or that of one company."""
    if tenant_id is None:
        return list(sandbox.orders)
    return [(tenant_id, sandbox.orders.of(tenant_id))]


def _matches(entry: Entry, wanted: dict[str, str]) -> bool:
    for name, text in wanted.items():
        value = getattr(entry, name)
        if str(value) != text and not (isinstance(value, bool) and str(value).lower() == text):
            return False
    return True


def _did_something(entry: Entry) -> bool:
    return entry.committed is not None or entry.changed is not None


def _misanswered(committed: bool, answered: int) -> bool:
    return committed and answered != 0 and not 200 <= answered < 300


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Refused("'after' and 'limit' are whole numbers.")
    return int(text)
