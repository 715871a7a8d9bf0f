"""Does a JSON value fit the annotation of a dataclass member?"""

from __future__ import annotations

from dataclasses import is_dataclass
from typing import Any, Literal, get_args, get_origin


def fits(value: Any, hint: Any) -> bool:
    """True and false are no numbers here; whole numbers are welcome where fractions are."""
    if hint is Any:
        return True
    if get_origin(hint) is Literal:
        return value in get_args(hint) and isinstance(value, bool) is False
    if get_origin(hint) is dict:
        kind = get_args(hint)[1]
        return isinstance(value, dict) and all(fits(one, kind) for one in value.values())
    if get_origin(hint) in {list, set}:
        kind = get_args(hint)[0]
        return isinstance(value, list | set) and all(fits(one, kind) for one in value)
    if alternatives := get_args(hint):
        return any(fits(value, one) for one in alternatives)
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, int | float if hint is float else hint)


def described(hint: Any) -> str:
    """What a member takes, for the person who wrote another thing."""
    if get_origin(hint) is Literal:
        return " or ".join(repr(choice) for choice in get_args(hint))
    if get_origin(hint) in {list, set}:
        return f"a list, each {described(get_args(hint)[0])}"
    if get_origin(hint) is dict:
        return f"a table, each {described(get_args(hint)[1])}"
    if alternatives := [one for one in get_args(hint) if one is not type(None)]:
        return " or ".join(described(one) for one in alternatives)
    words = {bool: "true or false", str: "a text", int: "a whole number", float: "a number"}
    return words.get(hint, "a table" if is_dataclass(hint) else "anything")
