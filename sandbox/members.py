"""Does a JSON value fit the annotation of a dataclass member?"""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin


def fits(value: Any, hint: Any) -> bool:
    """True and false are no numbers here; whole numbers are welcome where fractions are."""
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
