"""Reads a body by its shape: what is kept has the names of the document and no nulls."""

from __future__ import annotations

from typing import Any

from sandbox.guard import Call
from sandbox.http import NotJson, problem
from sandbox.salesorders import codes
from sandbox.salesorders.problems import Problems, Refused, unreadable_body
from sandbox.salesorders.shapes import ListOf, Member, Shape
from sandbox.switches import Switches

JSON_TYPES = ("application/json", "text/json")


class Reader:
    """Adds what is wrong to ``problems``; only values that are right are kept.

    ``keep_nulls`` is for changes, where null says something else than nothing.
    """

    def __init__(self, problems: Problems, switches: Switches, *, keep_nulls: bool = False) -> None:
        self.problems = problems
        self._refuse_unknown = switches.unknown_members == "refused"
        self._any_case = switches.member_names == "any_case"
        self._refuse_null_parts = switches.null_parts == "refused"
        self._keep_nulls = keep_nulls

    def read(self, given: Any, shape: Shape, where: str = "") -> dict[str, Any]:
        """``where`` is the path of the object with a dot behind it, or blank for the root."""
        if given.__class__ is not dict:
            self.problems.add(codes.VALUE, where.rstrip(".") or "$")
            return {}
        kept: dict[str, Any] = {}
        named = set()
        members = shape.members
        for name, value in given.items():
            member = members.get(name) or self._other_case(name, shape)
            if member is None:
                self._pass_over(where + name)
                continue
            known, rule = member
            named.add(known)
            if value is None:
                self._take_null(known, rule, shape, where, kept)
            else:
                self._take(known, value, rule, where, kept)
        for name in shape.required:
            if name not in named:
                self.problems.add(codes.NULL, where + name)
        return kept

    def _take(self, name: str, value: Any, rule: Member, where: str, kept: dict[str, Any]) -> None:
        if isinstance(rule, Shape):
            kept[name] = self.read(value, rule, f"{where}{name}.")
        elif isinstance(rule, ListOf):
            kept[name] = self._read_list(value, rule.shape, where + name)
        elif code := rule(value):
            self.problems.add(code, where + name)
        else:
            kept[name] = value

    def _pass_over(self, where: str) -> None:
        if self._refuse_unknown:
            self.problems.add(codes.NOT_ALLOWED, where)

    def _read_list(self, given: Any, shape: Shape, where: str) -> list[dict[str, Any]]:
        if given.__class__ is not list:
            self.problems.add(codes.VALUE, where)
            return []
        return [self.read(one, shape, f"{where}[{index}].") for index, one in enumerate(given)]

    def _take_null(
        self, name: str, rule: Member, shape: Shape, where: str, kept: dict[str, Any]
    ) -> None:
        of_part = self._refuse_null_parts and isinstance(rule, Shape)
        if of_part or name in shape.not_nullable:
            self.problems.add(codes.NULL, where + name)
        elif self._keep_nulls:
            kept[name] = None

    def _other_case(self, name: str, shape: Shape) -> Any:
        if not self._any_case:
            return None
        folded = name.lower()
        return next((one for key, one in shape.members.items() if key.lower() == folded), None)


def read_json(call: Call) -> Any:
    """The body of a write as JSON. Raises Refused with 415 or 400."""
    request = call.request
    if request.content_type not in JSON_TYPES and not request.content_type.endswith("+json"):
        raise Refused(problem(415, "Send JSON."))
    try:
        return request.json()
    except NotJson as error:
        raise Refused(unreadable_body(str(error))) from error
