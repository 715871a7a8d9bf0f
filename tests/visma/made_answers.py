"""Answers made by hand, for what is a pure function of an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from integrations.visma.pump import Answer


def answer(
    status: int = 200,
    *,
    body: Any = b"",
    headers: Mapping[str, str | list[str]] | None = None,
    curl_code: int = 0,
    passed: int = 1,
    complete: bool = True,
) -> Answer:
    """Build an answer; a body that isn't bytes is written as JSON."""
    named = {
        name.lower(): value if isinstance(value, list) else [value]
        for name, value in (headers or {}).items()
    }
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer("key", curl_code, passed, 0, status, named, content, complete, 1.0, 2.0)
