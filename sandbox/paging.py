"""Zero-based paging, as V3 does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from sandbox.http import Request, Response, json_response
from sandbox.query import Query
from sandbox.state import Sandbox

Row = TypeVar("Row")
WHOLE = re.compile(r"[+-]?[0-9]{1,10}", re.ASCII)


class BadPaging(Exception):
    """pageSize or pageIndex is out of range."""


@dataclass(frozen=True, slots=True)
class Page:
    index: int
    size: int

    def cut(self, rows: Sequence[Row]) -> Sequence[Row]:
        return rows[self.index * self.size : (self.index + 1) * self.size]

    def has_next(self, total: int) -> bool:
        return (self.index + 1) * self.size < total


def read_page(query: Query, *, default_size: int, largest: int) -> Page:
    """Raises BadPaging."""
    size = _whole(query.text("pageSize"), default_size, "pageSize")
    index = _whole(query.text("pageIndex"), 0, "pageIndex")
    if not 1 <= size <= largest:
        raise BadPaging(f"pageSize must be between 1 and {largest}.")
    if not 0 <= index < 2**31:
        raise BadPaging("pageIndex must be 0 or more.")
    return Page(index, size)


def paged(
    sandbox: Sandbox,
    request: Request,
    page: Page,
    rows: Sequence[Row],
    describe: Callable[[Row], dict[str, Any]],
) -> Response:
    """The envelope ``value``, ``nextPage``, ``totalCount``; only the page's rows are described."""
    return json_response(
        {
            "value": [describe(row) for row in page.cut(rows)],
            "nextPage": _next_page(sandbox, request, page) if page.has_next(len(rows)) else None,
            "totalCount": len(rows) if sandbox.switches.total_count == "given" else None,
        }
    )


def _next_page(sandbox: Sandbox, request: Request, page: Page) -> str:
    given = parse_qsl(request.query_string, keep_blank_values=True)
    following = [(name, value) for name, value in given if name.lower() != "pageindex"]
    following.append(("pageIndex", str(page.index + 1)))
    return link(sandbox, f"{request.path}?{urlencode(following)}")


def link(sandbox: Sandbox, path: str) -> str:
    """A link as answers carry it: an address, or by switch only its path."""
    return sandbox.url(path) if sandbox.switches.links == "absolute" else path


def _whole(value: str | None, default: int, name: str) -> int:
    if value is None:
        return default
    if not WHOLE.fullmatch(value):
        raise BadPaging(f"{name} must be a whole number.")
    return int(value)
