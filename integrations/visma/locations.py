"""What a 201 says of the order it made."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from integrations.visma.calls import Answer

_TYPE = re.compile(r"[A-Za-z0-9]{1,4}")
_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,13}[A-Za-z0-9])?")  # at most 15


def only_location(answer: Answer) -> str:
    """The Location; "" where there is none, more than one, or one that is no address."""
    locations = answer.headers.get("location", [])
    if len(locations) != 1 or not locations[0].isascii():
        return ""
    try:
        urlsplit(locations[0])
    except ValueError:
        return ""
    return locations[0]


def is_type(text: str) -> bool:
    return _TYPE.fullmatch(text) is not None


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None
