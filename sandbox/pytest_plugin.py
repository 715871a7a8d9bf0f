"""Fixtures for anyone's tests: ``pytest_plugins = ["sandbox.pytest_plugin"]``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.control.client import SandboxProcess, Visma, start_sandbox

OPTION = "--visma-settings"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("visma", "a sandbox in place of Visma")
    group.addoption(OPTION, metavar="FILE", help="the sandbox's settings, a TOML file")
    parser.addini("visma_settings", "the sandbox's settings, a TOML file", default="")


@pytest.fixture(scope="session")
def visma_arguments(request: pytest.FixtureRequest) -> list[str]:
    """The command line of the sandbox. Override it for more than a settings file."""
    config = request.config
    file = config.getoption(OPTION) or config.getini("visma_settings")
    return ["--settings", str(Path(config.rootpath, file))] if file else []


@pytest.fixture(scope="session")
def visma_process(visma_arguments: list[str]) -> Iterator[Visma]:
    """One sandbox for the whole run; or the one that VISMA_SANDBOX_URL names."""
    if url := os.environ.get("VISMA_SANDBOX_URL"):
        yield Visma(url.rstrip("/"))
        return
    with start_sandbox(*visma_arguments) as process:
        yield process


@pytest.fixture
def visma(visma_process: Visma) -> Visma:
    """The sandbox as new: the demo world, no orders, no faults, the clock at real time."""
    visma_process.reset()
    return visma_process


__all__ = ["SandboxProcess", "Visma", "visma", "visma_arguments", "visma_process"]
