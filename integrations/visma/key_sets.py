"""Visma's signing keys (RFC 7517), fetched when they are needed."""

from __future__ import annotations

import contextlib
import threading
import time

import jwt

from integrations.visma.bodies import read_object
from integrations.visma.calls import Call
from integrations.visma.errors import BadAnswer, Outage
from integrations.visma.exchange import Transport, exchange, fault_of, within

REFETCH = 60.0  # seconds between two looks for a key id we don't know
OLD = 3600.0  # seconds after which a key set is fetched again, so that a withdrawn key goes
LEAST_BITS = 2048


class KeySet:
    """Visma's signing keys by id, fetched when needed. One per address; threads may share it."""

    def __init__(self, url: str, transport: Transport) -> None:
        self._url = url
        self._transport = transport
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = float("-inf")
        self._lock = threading.Lock()

    def key(self, kid: str | None) -> jwt.PyJWK | None:
        """Return the key of that id; without an id the only key there is. Raises Outage, BadAnswer.

        An unknown id is looked for at Visma, but not more often than once a minute.
        """
        with self._lock:
            age = time.monotonic() - self._fetched_at
            found = self._find(kid)
            if age > OLD or (found is None and age > REFETCH):
                self._fetch(found)
                found = self._find(kid)
            return found

    def count(self) -> int:
        """Fetch the keys now and return how many can be used. Raises Outage, BadAnswer."""
        with self._lock:
            self._fetch(None)
            return len(self._keys)

    def _find(self, kid: str | None) -> jwt.PyJWK | None:
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    def _fetch(self, fallback: jwt.PyJWK | None) -> None:
        headers = ("Accept: application/json",)
        call = Call(None, "GET", self._url, headers, None, within(self._transport))
        answer = exchange(self._transport, call)
        fault = fault_of(answer)
        if isinstance(fault, Outage) and fallback is not None:
            return
        if fault is not None:
            raise fault
        self._keys = _signing_keys(read_object(answer.body).get("keys"))
        self._fetched_at = time.monotonic()


def _signing_keys(members: object) -> dict[str, jwt.PyJWK]:
    """Return the RSA signing keys; keys of other kinds in the set are none of our business.

    Of two keys under one id nobody can say which is meant: neither counts.
    """
    if not isinstance(members, list):
        raise BadAnswer("The key set holds no list of keys")
    keys: dict[str, jwt.PyJWK] = {}
    twice: set[str] = set()
    for member in members:
        if not isinstance(member, dict) or member.get("kty") != "RSA":
            continue
        if member.get("use", "sig") != "sig" or member.get("alg", "RS256") != "RS256":
            continue
        with contextlib.suppress(jwt.PyJWTError, ValueError):
            key = jwt.PyJWK(member, algorithm="RS256")
            if key.key.key_size >= LEAST_BITS:
                named = str(member.get("kid", ""))
                twice |= {named} & keys.keys()
                keys[named] = key
    return {named: key for named, key in keys.items() if named not in twice}
