"""Filters and paging of ERP lists: pages from one, and a silent cut at the largest size."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sandbox.erp.answers import erp_json
from sandbox.erp.dates import read_filter_moment
from sandbox.erp.errors import erp_error
from sandbox.http import Response
from sandbox.state import Sandbox

Row = TypeVar("Row")
CONDITIONS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


class BadFilter(Exception):
    """A parameter has a value that cannot be read; the text says which."""


def given_filters(query: dict[str, str]) -> dict[str, str]:
    """Names in lower case; empty ones are as good as not sent."""
    return {name.lower(): value for name, value in query.items() if value}


def moment_test(
    sandbox: Sandbox, given: dict[str, str], name: str
) -> Callable[[datetime], bool] | None:
    """The test of ``name`` (in lower case) with its condition. Raises BadFilter.

    Without the condition the filter does nothing.
    """
    value, condition = given.get(name), given.get(f"{name}condition")
    if value is None:
        return None
    if condition is None:
        if sandbox.switches.lone_modified_filter == "refused":
            raise BadFilter(f"{name} needs its condition.")
        return None
    # A plus sign that was not escaped arrives as a blank; the conditions come bare or quoted.
    compare = CONDITIONS.get(condition.strip())
    wanted = read_filter_moment(value)
    if compare is None or wanted is None:
        raise BadFilter(f"The value of {name} or of its condition is not known.")
    return lambda moment: compare(moment, wanted)


def paged(
    sandbox: Sandbox,
    given: dict[str, str],
    rows: Sequence[Row],
    describe: Callable[[Row], dict[str, Any]],
) -> Response:
    """Each row carries ``metadata``. A page size above the largest is cut, and nobody says so."""
    largest = sandbox.switches.erp_max_page_size
    try:
        number = int(given.get("pagenumber", "1"))
        size = min(int(given.get("pagesize", str(largest))), largest)
    except ValueError:
        return erp_error(sandbox, 400, "pageNumber and pageSize are numbers.")
    if number < 1 or size < 1:
        return erp_error(sandbox, 400, "pageNumber and pageSize begin at 1.")
    metadata = {"totalCount": len(rows), "maxPageSize": largest}
    cut = rows[(number - 1) * size : number * size]
    return erp_json(sandbox, [describe(row) | {"metadata": metadata} for row in cut])
