"""Ids that follow from the seed."""

from __future__ import annotations

from uuid import UUID, uuid5

from sandbox.settings import Settings

NAMESPACE = UUID("6f6a3a3e-3f0d-5c1b-9d51-7b1f0f5a2c11")


def demo_id(settings: Settings, key: str) -> str:
    return str(uuid5(NAMESPACE, f"{settings.seed}/{key}"))
