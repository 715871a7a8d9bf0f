"""gunicorn's loggers without the secrets of addresses and headers, whatever format is chosen."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from portal.redaction import Redacted


class RedactingLogger(Logger):  # type: ignore[misc]  # gunicorn is untyped
    """The access log has any format an operator likes, and the error log repeats addresses."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for logger in (self.access_log, self.error_log):
            if not any(isinstance(one, Redacted) for one in logger.filters):
                logger.addFilter(Redacted())
