"""On which line of a TOML file something stands, which tomllib doesn't tell."""

from __future__ import annotations

import re
from collections import Counter

Path = tuple[str | int, ...]

HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?")
ASSIGNMENT = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"))*)\s*=""")
PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


class Lines:
    """Finds keys by their path: ``("companies", 1, "name")`` is of the second company."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        self._counts: Counter[Path] = Counter()
        table: Path = ()
        open_value = _OpenValue()
        for number, line in enumerate(text.splitlines(), start=1):
            if open_value.goes_on:
                open_value.read(line)
            elif found := HEADER.fullmatch(line):
                table = self._table(found[2], is_array=found[1] == "[[")
                self._lines.setdefault(table, number)
                if found[1] == "[[":
                    self._lines.setdefault(table[:-1], number)
            elif found := ASSIGNMENT.match(line):
                path = table
                for part in _parts(found[1]):
                    path = (*path, part)
                    self._lines.setdefault(path, number)
                open_value.read(line[found.end() :])

    def of(self, *path: str | int) -> int:
        """The line of the key, or of the nearest thing around it; else 1."""
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        return 1

    def _table(self, header: str, *, is_array: bool) -> Path:
        path: Path = ()
        *outer, last = _parts(header)
        for part in outer:
            path = self._within((*path, part))
        path = (*path, last)
        if is_array:
            self._counts[path] += 1
        return self._within(path)

    def _within(self, path: Path) -> Path:
        """Step into the latest table where the path names an array of them."""
        return (*path, self._counts[path] - 1) if self._counts[path] else path


class _OpenValue:
    """Whether a value goes on in the next line."""

    def __init__(self) -> None:
        self._depth = 0
        self._quote = ""

    @property
    def goes_on(self) -> bool:
        return bool(self._quote) or self._depth > 0

    def read(self, text: str) -> None:
        while text:
            if self._quote:
                _, closed, text = text.partition(self._quote)
                self._quote = "" if closed else self._quote
                continue
            if text[:3] in {'"""', "'''"}:
                self._quote, text = text[:3], text[3:]
            elif text[0] == "#":
                return
            elif string := re.match(r""""(?:\\.|[^"\\])*"|'[^']*'""", text):
                text = text[string.end() :]
            else:
                self._depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(text[0], 0)
                text = text[1:]


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in PART.findall(dotted)]
