"""One client connection: HTTP/1.1 with keep-alive, one request at a time, in order."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from typing import Protocol, cast

import httptools

from sandbox.exchange import Exchange
from sandbox.http import Request, Response, problem
from sandbox.ledger import Entry, Ledger

MAX_BODY = 10 * 1024 * 1024
MAX_STATE = 1024 * MAX_BODY
STATES = {b"/_control/state", b"/switches/state/upload"}
MAX_HEADERS = 64 * 1024
IDLE_SECONDS = 75
MAX_WAITING = 64


class Answerer(Protocol):
    """What stands behind a connection: it answers now, or takes the exchange over."""

    ledger: Ledger

    def meets(self, first: bytes, number: int) -> str | None:
        """What is to happen to a new connection, by the first bytes it brought."""

    def answer(self, exchange: Exchange) -> Response | None: ...


class Connection(asyncio.Protocol):
    """Parses requests and hands them over one by one."""

    def __init__(self, answerer: Answerer, number: int, open_connections: set[Connection]) -> None:
        self.is_open = False
        self.transport: asyncio.Transport
        self._answerer = answerer
        self._number = number
        self._siblings = open_connections
        self._parser = httptools.HttpRequestParser(self)
        self._served = 0
        self._is_new = True
        self._deaf = False
        self.gone = asyncio.Event()
        self.controls = False
        self._busy = False
        self._pumping = False
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._idle_timer: asyncio.TimerHandle | None = None
        self._peer = ""
        self._start_request()

    # asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self._peer = str(transport.get_extra_info("peername", ("",))[0])
        self.is_open = True
        self._siblings.add(self)
        self._wait_idle()

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        self.gone.set()
        self._siblings.discard(self)
        self._waiting.clear()
        self._stop_idle()

    def data_received(self, data: bytes) -> None:
        self._stop_idle()
        if self._deaf or (self._is_new and self._shunned(data)):
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # The offer is not taken up; the request was answered as plain HTTP/1.1.
            self._parser = httptools.HttpRequestParser(self)
        except httptools.HttpParserError:
            self._refuse(413 if self._too_large else 400)
        else:
            if self._too_large:
                self._refuse(413)
            elif not self._waiting and not self._busy:
                self._wait_idle()

    # httptools

    def on_message_begin(self) -> None:
        self._start_request()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_size += len(name) + len(value)
        if self._header_size > MAX_HEADERS:
            self._too_large = True
            return
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        known = self._headers.get(key)
        self._headers[key] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        length = self._headers.get("content-length", "0")
        self._most = MAX_STATE if self._url in STATES else MAX_BODY
        if length.isdigit() and int(length) > self._most:
            self._too_large = True
        elif self._headers.get("expect", "").lower() == "100-continue" and not self._busy:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > self._most:
            self._too_large = True
        else:
            self._chunks.append(body)

    def on_message_complete(self) -> None:
        if self._too_large:
            return
        path, _, query = self._url.decode("latin-1").partition("?")
        entry, body = self._open_entry(path), b"".join(self._chunks)
        self._answerer.ledger.describe(entry, self._headers, body)
        request = Request(
            method=entry.method,
            path=path,
            query_string=query,
            headers=self._headers,
            body=body,
            peer=self._peer,
            entry=entry,
        )
        self._served += 1
        self.controls = self.controls or path.startswith("/_control/")
        self._waiting.append((request, bool(self._parser.should_keep_alive())))
        if len(self._waiting) >= MAX_WAITING:
            self.transport.pause_reading()
        self._pump()

    # ours

    def finish(self, payload: bytes, *, keep: bool) -> None:
        """End the exchange in hand: write, then close or take the next request."""
        self._busy = False
        if not self.is_open:
            return
        if payload:
            self.transport.write(payload)
        if not keep:
            self._waiting.clear()
            self.is_open = False
            self.transport.close()
            return
        self._pump()

    def end_when_idle(self) -> None:
        if not self._busy:
            self.transport.close()

    def abort(self) -> None:
        """Tear the connection down with a RST."""
        tcp = self.transport.get_extra_info("socket")
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.is_open = False
        self.transport.abort()

    def _shunned(self, first: bytes) -> bool:
        """Whether a fault has taken the connection before a request could be read."""
        self._is_new = False
        fault = self._answerer.meets(first, self._number)
        self._deaf = fault is not None
        if fault == "refuse":
            self.abort()
        return self._deaf

    def _open_entry(self, path: str) -> Entry:
        return self._answerer.ledger.open(
            method=self._parser.get_method().decode("latin-1"),
            path=path,
            connection=self._number,
            reused=self._served > 0,
        )

    def _pump(self) -> None:
        # finish() calls back in here; the loop keeps a long pipeline off the stack.
        if self._pumping:
            return
        self._pumping = True
        try:
            while self._waiting and not self._busy and self.is_open:
                request, keep_alive = self._waiting.popleft()
                self._busy = True
                exchange = Exchange(self, request, keep_alive)
                response = self._answerer.answer(exchange)
                if response is not None:
                    exchange.send(response)
        finally:
            self._pumping = False
        if self.is_open and not self._waiting and not self._busy:
            self.transport.resume_reading()
            self._wait_idle()

    def _start_request(self) -> None:
        self._url = b""
        self._headers: dict[str, str] = {}
        self._chunks: list[bytes] = []
        self._size = 0
        self._most = MAX_BODY
        self._header_size = 0
        self._too_large = False

    def _refuse(self, status: int) -> None:
        if not self.is_open:
            return
        request = Request("GET", "", "", {}, b"", self._peer, self._open_entry(""))
        refusal = problem(status, "The request could not be read.")
        self._busy = True
        Exchange(self, request, keep_alive=False).send(refusal)

    def _wait_idle(self) -> None:
        self._stop_idle()
        self._idle_timer = asyncio.get_running_loop().call_later(IDLE_SECONDS, self.end_when_idle)

    def _stop_idle(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
