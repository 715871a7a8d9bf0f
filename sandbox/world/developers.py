"""Who registers applications: people of an integrator, with accounts of their own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Developer:
    """An account of the Developer Portal.

    ``access_given`` is the consent to the portal itself; ``organization`` is empty until the
    set-up is complete.
    """

    email: str
    password: str
    given_name: str
    family_name: str
    access_given: bool = False
    organization: str = ""
    country: str = ""
    website: str = ""

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(slots=True)
class DeveloperSession:
    """A sign-in to the Developer Portal; ``began_at`` is seconds since the epoch."""

    email: str
    began_at: float
