"""One call and its answer, for everything that isn't the push: tokens, names, checks."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from integrations.visma.answers import OWN_SET_UP
from integrations.visma.calls import Answer, Call, Deadline, boot_time
from integrations.visma.errors import (
    BadAnswer,
    Faulted,
    Forbidden,
    Outage,
    Throttled,
    Unauthorized,
    VismaError,
)
from integrations.visma.headers import answered_at, rate_limit, retry_after
from integrations.visma.problems import problem
from integrations.visma.pump import Pump, PumpOptions
from integrations.visma.tokens import bearer

# Said by the server itself; a 502 or 504 is a gateway's, behind which the work may go on.
_FAILED = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE})
_TRY_LATER = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})


@dataclass(frozen=True, slots=True)
class Transport:
    """How single calls travel. ``timeout`` bounds a whole call, in seconds, however it drips."""

    ca_file: str | None = None
    timeout: float = 20.0
    connect_timeout: float = 5.0
    plain_http_hosts: frozenset[str] = frozenset()
    proxy: str = ""


def exchange(transport: Transport, call: Call) -> Answer:
    """Send one call on a connection of its own and wait for how it ends.

    Raises Outage for an address we won't speak to; the failure of the call is in the answer.
    """
    pump = Pump(
        PumpOptions(
            ca_file=transport.ca_file,
            connect_timeout=min(transport.connect_timeout, transport.timeout),
            read_timeout=transport.timeout,
            total=1,
            per_host=1,
            plain_http_hosts=transport.plain_http_hosts,
            proxy=transport.proxy,
        )
    )
    try:
        _add(pump, call)
        answers: list[Answer] = []
        while not answers:
            answers = pump.poll(1.0)
        return answers[0]
    finally:
        pump.close()


def _add(pump: Pump, call: Call) -> None:
    try:
        pump.add(call)
    except ValueError as refusal:
        raise Outage(str(refusal), sent=False, own_set_up=True) from None


def within(transport: Transport) -> Deadline:
    """Return the deadline of a call that begins now."""
    return Deadline(boot_time() + transport.timeout)


def read(transport: Transport, url: str, token: str, more: tuple[str, ...] = ()) -> Answer:
    """GET an address with an access token and return a whole 200.

    ``more`` are whole header lines beside those every call carries.
    Raises Unauthorized, Forbidden, Throttled, Faulted, Outage or BadAnswer; what the headers said
    of quota and time is on the error, too.
    """
    headers = (*bearer(token), *more)
    answer = exchange(transport, Call(None, "GET", url, headers, None, within(transport)))
    fault = fault_of(answer)
    if fault is not None:
        fault.rate_limit, fault.answered_at = rate_limit(answer), answered_at(answer)
        raise fault
    return answer


def outage_of(answer: Answer) -> Outage | None:
    """Return the outage an answer amounts to: cut, timed out, never sent, 5xx, 408."""
    if not answer.whole:
        own_set_up = answer.passed == 0 and answer.curl_code in OWN_SET_UP
        detail = f"libcurl {answer.curl_code}: {answer.error}" if answer.error else "cut short"
        return Outage(detail, sent=answer.passed > 0, own_set_up=own_set_up)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in _TRY_LATER:
        failed = answer.status in _FAILED
        wait = retry_after(answer)
        return Outage(f"HTTP {answer.status}", sent=True, answered=failed, retry_after=wait)
    return None


def fault_of(answer: Answer) -> VismaError | None:
    """Return what a read's answer means if it is not a whole 200."""
    if answer.whole and answer.status == HTTPStatus.OK:
        return None
    if answer.whole and answer.status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized("HTTP 401")
    if answer.whole and answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(retry_after(answer))
    # An ERP fault may come with any other status, a 5xx too.
    return _fault(answer) or outage_of(answer) or _refusal(answer)


def _fault(answer: Answer) -> Faulted | None:
    code = problem(answer).fault if answer.whole else ""
    return Faulted(code) if code else None


def _refusal(answer: Answer) -> VismaError:
    text = f"HTTP {answer.status}"
    return Forbidden(text) if answer.status == HTTPStatus.FORBIDDEN else BadAnswer(text)
