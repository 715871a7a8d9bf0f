"""How a log line looks: for people, or as one JSON object for a collector.

A record may carry ``facts``, a mapping of names to ids and counts; both forms tell them.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from portal.redaction import redacted


class Plain(logging.Formatter):
    """``2026-11-20 14:02:18,123 INFO integrations.… claimed orders=64 lanes=3``."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        facts = "".join(f" {name}={value}" for name, value in _facts(record).items())
        return super().formatMessage(record) + facts

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        return redacted(super().formatException(ei))


class JsonLine(Plain):
    """One object a line: at, level, logger, message, the facts, and a traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _facts(record: logging.LogRecord) -> dict[str, object]:
    return getattr(record, "facts", None) or {}
