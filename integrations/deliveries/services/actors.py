"""Who decides: a person, or something that acts for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.tenants.models import User


@dataclass(frozen=True, slots=True)
class Machine:
    """An API key or the command line. ``name`` holds nothing personal."""

    name: str


By = User | Machine
COMMAND_LINE = Machine("command line")


def person(by: By) -> User | None:
    return by if isinstance(by, User) else None


def machine_name(by: By) -> str:
    return by.name if isinstance(by, Machine) else ""


def facts_of(by: By) -> dict[str, Any]:
    """What the audit may keep for good of whoever decided."""
    return {"by_machine": by.name} if isinstance(by, Machine) else {"by": by.pk}


def personal_of(by: By) -> dict[str, str]:
    """What the audit may be asked to forget."""
    return {} if isinstance(by, Machine) else {"by": by.email}
