"""What ``expand`` asks for."""

from __future__ import annotations

from sandbox.query import Query
from sandbox.salesorders.details import LINES, SECTIONS
from sandbox.switches import Switches


class BadExpansion(Exception):
    """``expand`` names something that does not exist."""


def read_expansion(query: Query, switches: Switches) -> set[str]:
    """The sections asked for, in lower case. Raises BadExpansion."""
    wanted = query.words("expand")
    known = {"none", "all", *SECTIONS}
    if switches.lines_expansion != "unknown":
        known.add(LINES)
    if not wanted <= known:
        raise BadExpansion("The value of expand is not known.")
    if "all" in wanted:
        wanted |= set(SECTIONS)
        if switches.lines_expansion == "with_all":
            wanted.add(LINES)
    return wanted - {"none", "all"}
