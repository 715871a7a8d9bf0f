"""The control API under ``/_control``: how tests and demos look into and steer the sandbox."""

from sandbox.control.routes import ROUTES

__all__ = ["ROUTES"]
