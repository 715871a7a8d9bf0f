"""Records as the ERP sends them: members without a value are left out."""

from __future__ import annotations

from typing import Any

from sandbox.http import Headers, Response, json_response
from sandbox.state import Sandbox


def erp_json(sandbox: Sandbox, content: Any, headers: Headers | None = None) -> Response:
    if sandbox.switches.erp_nulls == "left_out":
        content = _without_nulls(content)
    return json_response(content, headers=headers)


def single(sandbox: Sandbox, record: dict[str, Any], stamp: str) -> Response:
    """One record, with its ETag."""
    return erp_json(sandbox, record, [("ETag", f'"{stamp}"')])


def _without_nulls(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _without_nulls(value) for name, value in content.items() if value is not None}
    return [_without_nulls(one) for one in content] if isinstance(content, list) else content
