"""Reads the token endpoint's answers (RFC 6749 sections 5.1 and 5.2), strictly."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from integrations.visma.bodies import clean, read_object
from integrations.visma.calls import Answer
from integrations.visma.errors import BadAnswer, Outage, Refused
from integrations.visma.exchange import outage_of
from integrations.visma.headers import rate_limit, retry_after
from integrations.visma.hidden import Hidden

LONGEST = 16_384  # characters of one token
YEAR = 365 * 24 * 3600  # seconds; no grant of Visma's lives longer
_NOT_A_VERDICT = frozenset({"server_error", "temporarily_unavailable"})


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What a grant gave us. ``expires_in`` is in seconds, None where the server doesn't say (VNI).

    ``refresh_token`` None: none was given; after a refresh the one we have stays good.
    ``scopes`` are those granted; an answer that names none granted what was asked for.
    """

    access_token: str = field(repr=False)
    expires_in: int | None
    scopes: frozenset[str]
    refresh_token: str | None = field(repr=False)
    id_token: str | None = field(repr=False)


def accept(answer: Answer) -> None:
    """Raise Outage, Refused or BadAnswer unless this is a whole 200 with a JSON object."""
    outage = _outage(answer)
    if outage is not None:
        outage.rate_limit = rate_limit(answer)
        raise outage
    if 300 <= answer.status < 400:
        raise BadAnswer("The token endpoint answered with a redirect; it is not followed")
    body = read_object(answer.body)
    if "error" in body:
        raise _refused(body, answer)
    if answer.status != HTTPStatus.OK:
        raise BadAnswer(f"The token endpoint answered HTTP {answer.status} without an error code")


def token_answer(body: bytes) -> TokenAnswer:
    """Return the tokens of a 200. Raises BadAnswer; a narrower scope is no fault, only read."""
    members = read_object(body)
    token_type = members.get("token_type")
    if not isinstance(token_type, str) or token_type.lower() != "bearer":
        raise BadAnswer("The token is not of type Bearer")
    name = "access_token" if "access_token" in members else "token"  # VNI says token
    access_token = _token(members, name)
    if access_token is None:
        raise BadAnswer("The answer holds no access token")
    return TokenAnswer(
        access_token=access_token,
        expires_in=_seconds(members),
        scopes=_scopes(members),
        refresh_token=_token(members, "refresh_token"),
        id_token=_token(members, "id_token"),
    )


def _outage(answer: Answer) -> Outage | None:
    outage = outage_of(answer)
    if outage is not None or 300 <= answer.status < 400:
        return outage
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Outage("HTTP 429", sent=True, answered=True, retry_after=retry_after(answer))
    kind = answer.headers.get("content-type", [""])[0].partition(";")[0].strip().lower()
    if kind != "application/json":
        # A gateway's or a maintenance page says nothing about the credential.
        return Outage(f"HTTP {answer.status}, and not JSON", sent=True)
    return None


def _refused(body: dict[str, Any], answer: Answer) -> Refused | BadAnswer | Outage:
    error = body["error"]
    if not isinstance(error, str) or not clean(error, 80):
        return BadAnswer("The token endpoint's error code is not a text")
    if error in _NOT_A_VERDICT:
        text, wait = f"HTTP {answer.status}, {error}", retry_after(answer)
        return Outage(text, sent=True, answered=True, retry_after=wait)
    return Refused(clean(error, 80), clean(body.get("error_description"), 300), answer.status)


def _token(members: dict[str, Any], name: str) -> str | None:
    value = members.get(name)
    if value is None:
        return None
    fits = isinstance(value, str) and 0 < len(value) <= LONGEST
    if not fits or not value.isascii() or not value.isprintable() or " " in value:
        raise BadAnswer(f"{name} is not a token")
    return Hidden(value)


def _seconds(members: dict[str, Any]) -> int | None:
    value = members.get("expires_in")
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 10:
        value = int(value)
    if type(value) is not int or not 1 <= value <= YEAR:
        raise BadAnswer("expires_in is not a number of seconds up to a year")
    return value


def _scopes(members: dict[str, Any]) -> frozenset[str]:
    value = members.get("scope")
    if value is None:
        return frozenset()
    fits = isinstance(value, str) and 0 < len(value.strip()) <= LONGEST
    if not fits or not value.isascii() or not value.isprintable():
        raise BadAnswer("scope is not a list of scopes")
    return frozenset(value.split())
