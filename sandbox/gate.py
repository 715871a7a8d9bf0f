"""The door: whether new connections are taken at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from sandbox.connection import Connection

RETRY_SECONDS = 0.05


class Gate:
    """Listens, and stops listening for a while, so that connections are really refused.

    It runs on real time: with the door shut nobody could move the sandbox's clock.
    """

    def __init__(self, accept: Callable[[], Connection], host: str, backlog: int) -> None:
        self.connections: set[Connection] = set()
        self.port = 0
        self._accept = accept
        self._host = host
        self._backlog = backlog
        self._server: asyncio.Server | None = None
        self._opening: asyncio.Task[None] | None = None

    async def bind(self, port: int) -> None:
        """Take the port (0 any free one) without listening yet. Raises OSError."""
        self._server = await asyncio.get_running_loop().create_server(
            self._accept, self._host, port, backlog=self._backlog, start_serving=False
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def open(self) -> None:
        if self._server is not None:
            await self._server.start_serving()

    def close_for(self, seconds: float) -> None:
        """Refuse connections for so long and tear down those there are, but for control's."""
        self.close()
        for connection in list(self.connections):
            if not connection.controls:
                connection.abort()
        if self._opening is not None:
            self._opening.cancel()
        self._opening = asyncio.get_running_loop().create_task(self._open_after(seconds))

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _open_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        while self._server is None:
            # Somebody else may hold the port for a moment.
            with suppress(OSError):
                await self.bind(self.port)
                break
            await asyncio.sleep(RETRY_SECONDS)
        await self.open()
