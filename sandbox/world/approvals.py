"""What the App Store remembers of a yes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Approval:
    """``asked`` are the scopes the application wanted then; ``at`` is seconds since the epoch."""

    asked: list[str]
    at: float
    by: str
