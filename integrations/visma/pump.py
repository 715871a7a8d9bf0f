"""Many requests at once through libcurl, each sent at most once.

libcurl repeats a request by itself when a kept connection dies before the first byte of the
answer: one order, posted twice. Nothing switches that off, but PREREQFUNCTION is asked before each
try, connected and with the first byte still unsent. That is the gate: it lets one try through.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

import pycurl

from integrations.visma.calls import Answer, Call, Deadline, boot_time
from integrations.visma.origins import check_loopback, origin_of
from integrations.visma.transfers import Transfer, check, set_request, set_rules

__all__ = ["Answer", "Call", "Deadline", "NoRoom", "Pump", "PumpOptions", "boot_time"]

SUSPICION = 60.0  # seconds during which a host that dropped a kept connection gets fresh ones
MOST_SLOTS = 512  # select() can't watch descriptors beyond 1023
NO_SOCKET_YET = 0.01  # seconds between two turns while a name is looked up
COULD_NOT_CONNECT, ABORTED = 7, 42
UNAUTHORIZED, ASKS_TO_WAIT = 401, (429, 503)


@dataclass(frozen=True, slots=True)
class PumpOptions:
    """Times in seconds. ``read_timeout`` bounds a whole request, connecting included.

    ``plain_http_hosts`` names the loopback hosts ("localhost", "127.0.0.1:8100") that may be spoken
    to without TLS. ``ca_file`` None means the list that comes with requests.
    """

    ca_file: str | None
    connect_timeout: float
    read_timeout: float
    total: int
    per_host: int
    plain_http_hosts: frozenset[str] = frozenset()
    proxy: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.per_host <= self.total <= MOST_SLOTS:
            raise ValueError(f"Slots must be 1 to {MOST_SLOTS}, per host no more than in all.")
        if not 0 < self.connect_timeout <= self.read_timeout:
            raise ValueError("The time to connect is part of the time to read.")
        check_loopback(self.plain_http_hosts)


class NoRoom(RuntimeError):
    """More calls were handed over than there are slots; in libcurl's own queue they would age."""


class Pump:
    """libcurl's multi interface with a gate. For one thread, made after any fork."""

    def __init__(self, options: PumpOptions) -> None:
        self._options = options
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, options.per_host)
        self._multi.setopt(pycurl.M_MAX_TOTAL_CONNECTIONS, options.total)
        self._multi.setopt(pycurl.M_MAXCONNECTS, options.total)
        self._idle: list[pycurl.Curl] = []
        self._out: dict[pycurl.Curl, Transfer] = {}
        self._at_host: Counter[str] = Counter()
        self._suspect_until: dict[str, float] = {}
        self._ended: list[Answer] = []

    @property
    def in_flight(self) -> int:
        return len(self._out)

    @property
    def free(self) -> int:
        """How many calls may be added in all."""
        return self._options.total - len(self._out)

    def room(self, url: str) -> int:
        """How many calls may be added now for the host of this address."""
        return max(0, min(self.free, self._options.per_host - self._at_host[origin_of(url)]))

    def add(self, call: Call) -> None:
        """Start a call. Raises NoRoom without a free slot, ValueError for a call we won't send."""
        check(call, self._options.plain_http_hosts)
        self.start(call)

    def start(self, call: Call) -> None:
        """Start a call that was checked before. Raises NoRoom."""
        if self.room(call.url) < 1:
            raise NoRoom(origin_of(call.url))
        transfer = Transfer(call, origin_of(call.url))
        handle = self._idle.pop() if self._idle else pycurl.Curl()
        self._prepare(handle, transfer)
        self._out[handle] = transfer
        self._at_host[transfer.origin] += 1
        self._multi.add_handle(handle)

    def poll(self, timeout: float) -> list[Answer]:
        """Move everything on, waiting at most ``timeout`` seconds, and return what has ended.

        With nothing in flight it just waits. It never raises for the failure of one call.
        """
        self._turn()
        if not self._ended and timeout > 0:
            self._wait(timeout)
            self._turn()
        ended, self._ended = self._ended, []
        return ended

    def abandon(self) -> list[Answer]:
        """Take every call back, with what is known of each: ``passed`` 0 was surely not sent."""
        for handle in list(self._out):
            self._end(handle, ABORTED, "taken back")
        ended, self._ended = self._ended, []
        return ended

    def close(self) -> list[object]:
        """Stop for good. Returns the keys of the calls that were still out."""
        keys = [transfer.call.key for transfer in self._out.values()]
        self.abandon()
        for handle in self._idle:
            handle.close()
        self._idle.clear()
        self._multi.close()
        return keys

    def _wait(self, timeout: float) -> None:
        """Wait until something can be read or written, or libcurl's own timers want a turn."""
        due = self._multi.timeout()  # milliseconds; -1: no timer is set
        wait = min(timeout, due / 1000) if self._out and due >= 0 else timeout
        if not self._out:
            time.sleep(wait)
        elif wait > 0 and self._multi.select(wait) < 0:
            time.sleep(min(wait, NO_SOCKET_YET))

    def _turn(self) -> None:
        self._multi.perform()
        more = 1
        while more:
            more, done, failed = self._multi.info_read()
            for handle in done:
                self._end(handle, 0, "")
            for handle, code, text in failed:
                self._end(handle, code, text)

    def _end(self, handle: pycurl.Curl, code: int, text: str) -> None:
        transfer = self._out.pop(handle)
        self._at_host[transfer.origin] -= 1
        answer = transfer.answer(code, handle.getinfo(pycurl.RESPONSE_CODE), text)
        self._multi.remove_handle(handle)
        handle.reset()
        self._idle.append(handle)
        if _left_broken(answer):
            self._suspect_until[transfer.origin] = answer.ended + SUSPICION
        _shut_gates(transfer.call.deadline, answer.status)
        self._ended.append(answer)

    def _prepare(self, handle: pycurl.Curl, transfer: Transfer) -> None:
        """Set every option anew: the handle was reset, so nothing of its last request is left."""
        options, call = self._options, transfer.call
        plain = call.url.startswith("http://")
        set_rules(handle, plain=plain, ca_file=options.ca_file, proxy=options.proxy)
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, int(options.connect_timeout * 1000))
        handle.setopt(pycurl.TIMEOUT_MS, int((call.timeout or options.read_timeout) * 1000))
        if self._suspect_until.get(transfer.origin, 0.0) > transfer.began:
            handle.setopt(pycurl.FRESH_CONNECT, 1)
            handle.setopt(pycurl.FORBID_REUSE, 1)
        set_request(handle, call)
        handle.setopt(pycurl.PREREQFUNCTION, transfer.gate)
        handle.setopt(pycurl.HEADERFUNCTION, transfer.take_header)
        handle.setopt(pycurl.WRITEFUNCTION, transfer.take_body)


def _left_broken(answer: Answer) -> bool:
    """Whether a kept connection may have died without libcurl's knowing it."""
    dropped = not answer.status and answer.curl_code in (COULD_NOT_CONNECT, ABORTED)
    return answer.passed > 0 and (dropped or (answer.curl_code == 0 and not answer.complete))


def _shut_gates(deadline: Deadline, status: int) -> None:
    """What these answers speak against must not follow while they are being judged."""
    if status == UNAUTHORIZED or status in ASKS_TO_WAIT:
        deadline.shut = True
        if status in ASKS_TO_WAIT and deadline.beyond is not None:
            deadline.beyond.shut = True
