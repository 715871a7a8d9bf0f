"""Calls that the sandbox makes itself: webhooks and logout notices, to loopback only."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from sandbox.http import Headers

HEAD_LIMIT = 64 * 1024


class NotReached(Exception):
    """Nobody answered at the address, or it is not on this machine; the text says which."""


async def post(url: str, body: bytes, headers: Headers, timeout: float = 10.0) -> int:
    """POST once over HTTP/1.1 and return the status. Raises NotReached.

    ``headers`` go out besides Host, Content-Length and Connection.
    """
    try:
        async with asyncio.timeout(timeout):
            return await _post(url, body, headers)
    except (OSError, TimeoutError, ValueError, IndexError) as error:
        raise NotReached(f"{url}: {type(error).__name__} {error}") from error


async def _post(url: str, body: bytes, headers: Headers) -> int:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    if parts.scheme != "http" or not await _is_loopback(host, port):
        raise NotReached(f"{url} is not an http address on this machine")
    reader, writer = await asyncio.open_connection(host, port, limit=HEAD_LIMIT)
    try:
        writer.write(_head(parts.netloc, parts.path or "/", parts.query, headers, body) + body)
        await writer.drain()
        status_line = await reader.readline()
        return int(status_line.split()[1])
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _is_loopback(host: str, port: int) -> bool:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return all(ip_address(address[4][0]).is_loopback for address in found)


def _head(host: str, path: str, query: str, headers: Headers, body: bytes) -> bytes:
    lines = [
        f"POST {path}{'?' + query if query else ''} HTTP/1.1",
        f"Host: {host}",
        *(f"{name}: {value}" for name, value in headers),
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
