"""Mail that Visma would have sent. It stays in the sandbox."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Mail:
    """``sent_at`` is seconds since the epoch; ``text`` is plain, lines end in a line feed."""

    sent_at: float
    sender: str
    to: str
    subject: str
    text: str
