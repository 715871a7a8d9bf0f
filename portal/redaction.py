"""Takes out of log lines what stands in an address or a header and is a secret."""

from __future__ import annotations

import logging
import re

# An invitation's link, the answer of an authorization server, the invitation's cookie, API keys.
_SECRETS = [
    (re.compile(r"(/i/)[^\s?\"'<>]+"), r"\1…"),
    (re.compile(r"(/callback(?:/[\w/-]*)?)\?[^\s\"'<>]*"), r"\1?…"),
    (re.compile(r"((?:invitation|signin)=)[^\s;\"']+"), r"\1…"),
    (re.compile(r"\b((?:Bearer|Basic) )[\w.~+/=-]+"), r"\1…"),
    (re.compile(r"\b((?:code|state|id_token|access_token|refresh_token)=)[^\s&\"']+"), r"\1…"),
]


def redacted(text: str) -> str:
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class Redacted(logging.Filter):
    """Rewrites a record before any handler sees it; on a logger or on a handler."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):
            return True  # a record that can't be formatted is the handler's to complain about
        facts = getattr(record, "facts", None)
        if facts:
            record.facts = {
                name: redacted(value) if isinstance(value, str) else value
                for name, value in facts.items()
            }
        clear = redacted(text)
        if clear != text:
            record.msg, record.args = clear, None
        return True
