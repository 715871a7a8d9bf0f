"""Asks the sandbox what it holds, by its control API."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit


def world(sandbox: str) -> dict[str, Any]:
    """Companies, people, applications with secrets, codes."""
    return dict(_asked(sandbox, "world"))


def orders(sandbox: str, tenant_id: str) -> list[dict[str, Any]]:
    """The orders of one company, as it holds them."""
    return list(_asked(sandbox, "orders", tenant_id=tenant_id)["orders"])


def _asked(sandbox: str, what: str, **query: str) -> Any:
    parts = urlsplit(sandbox)
    connection = HTTPConnection("127.0.0.1", parts.port or 80, timeout=30)
    try:
        connection.request("GET", f"/_control/{what}?{urlencode(query)}")
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != 200:
        raise RuntimeError(f"The sandbox answered {answer.status} to {what}.")
    return json.loads(body)
