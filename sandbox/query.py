"""What stands behind the question mark of an address."""

from __future__ import annotations

from urllib.parse import parse_qsl


class Query:
    """Names count in any letter case. Of a value that came twice the first counts."""

    def __init__(self, encoded: str) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in parse_qsl(encoded, keep_blank_values=True):
            self._values.setdefault(name.lower(), []).append(value)

    def text(self, name: str) -> str | None:
        """The value, blanks around it taken away; None when the name did not come."""
        values = self._values.get(name.lower())
        return values[0].strip() if values else None

    def texts(self, name: str) -> list[str]:
        """Every value of a name that may come several times, without empty ones."""
        return [value for value in self._values.get(name.lower(), []) if value]

    def words(self, name: str) -> set[str]:
        """Lower-case words of a list, repeated (``a=x&a=y``) or with commas (``a=x,y``)."""
        parts = (part.strip().lower() for value in self.texts(name) for part in value.split(","))
        return {part for part in parts if part}
