"""Reads what Visma Connect sends back to our redirect URI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from integrations.visma.bodies import clean
from integrations.visma.errors import BadCallback
from integrations.visma.hidden import Hidden

LONGEST = 4096  # characters of one parameter


@runtime_checkable
class MultiValues(Protocol):
    """Django's QueryDict, as far as it matters here."""

    def lists(self) -> Iterable[tuple[str, list[str]]]: ...


@dataclass(frozen=True, slots=True)
class Callback:
    """An authorization response (RFC 6749 section 4.1.2): either ``code`` or ``error``.

    ``state`` still has to be compared with a pending consent and its browser, by the caller.
    """

    code: str | None = field(repr=False)
    error: str | None
    error_description: str
    state: str = field(repr=False)
    iss: str | None


def read_callback(
    params: Mapping[str, list[str]] | MultiValues, *, issuer: str, iss_required: bool
) -> Callback:
    """Return the callback's parameters, errors included. Raises BadCallback.

    No parameter may come twice (RFC 6749 section 3.1). ``iss`` must be ``issuer`` where it comes,
    and must come where ``iss_required`` (RFC 9207); that goes for errors too. A server that never
    names itself has the issuer "": an answer that names one is another server's.
    """
    values = _once(params)
    _check_issuer(values.get("iss"), issuer, iss_required=iss_required)
    if not values.get("state"):
        raise BadCallback("state_missing")
    code, error = values.get("code") or None, values.get("error") or None
    if code and not (code.isascii() and code.isprintable()):
        raise BadCallback("odd")
    if code and error:
        raise BadCallback("mixed")
    if not code and not error:
        raise BadCallback("empty")
    return Callback(
        code=Hidden(code) if code else None,
        error=clean(error, 80) if error else None,
        error_description=clean(values.get("error_description"), 300),
        state=Hidden(values["state"]),
        iss=values.get("iss"),
    )


def _once(params: Mapping[str, list[str]] | MultiValues) -> dict[str, str]:
    values = {}
    for name, given in params.lists() if isinstance(params, MultiValues) else params.items():
        if len(given) != 1:
            raise BadCallback("repeated")
        if len(given[0]) > LONGEST:
            raise BadCallback("too_long")
        values[name] = given[0]
    return values


def _check_issuer(iss: str | None, issuer: str, *, iss_required: bool) -> None:
    if iss is None:
        if iss_required:
            raise BadCallback("issuer_missing")
    elif not iss or iss != issuer:
        raise BadCallback("issuer_wrong")
