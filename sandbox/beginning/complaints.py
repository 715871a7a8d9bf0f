"""What is wrong with a file, line by line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.beginning.lines import Lines


class BadSettings(Exception):
    """Some settings can't be used. ``complaints`` are lines for a person, all of them."""

    def __init__(self, complaints: list[str]) -> None:
        self.complaints = sorted(complaints, key=_place)
        super().__init__("\n".join(self.complaints))


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file that was read, with where its keys stand. ``name`` is as it was given."""

    name: str
    content: Mapping[str, Any]
    lines: Lines

    def complaint(self, reason: str, *path: str | int) -> str:
        return f"{self.name}:{self.lines.of(*path)}: {reason}"


def read_document(name: str) -> Document:
    """Raises BadSettings when there is no such file or it isn't TOML."""
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings([f"{name}: {_why(error)}"]) from error
    try:
        return Document(name, tomllib.loads(text), Lines(text))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+)", str(error))
        line = int(found[1]) if found else max(len(text.splitlines()), 1)
        raise BadSettings([f"{name}:{line}: {error}"]) from error


def _place(complaint: str) -> tuple[str, int]:
    found = re.match(r"(.*?):(\d+): ", complaint)
    return (found[1], int(found[2])) if found else (complaint, 0)


def _why(error: OSError | UnicodeDecodeError) -> str:
    if isinstance(error, OSError):
        return str(error.strerror or error)
    return "The file is not UTF-8"
