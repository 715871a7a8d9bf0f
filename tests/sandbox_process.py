"""The sandbox as the process it is, on a free port, for any suite that needs Visma."""

from __future__ import annotations

from sandbox.control.client import HOME, ControlRefused, SandboxProcess, start_sandbox

ROOT = HOME

__all__ = ["ROOT", "ControlRefused", "SandboxProcess", "start_sandbox"]
