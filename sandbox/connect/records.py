"""What Visma Connect keeps, for tests to look at through the control API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sandbox.http import Request
from sandbox.state import Sandbox


def list_notices(sandbox: Sandbox, request: Request) -> dict[str, Any]:
    """The calls that told applications of a sign-out, oldest first."""
    return {"notices": [asdict(notice) for notice in sandbox.logout_notices]}
