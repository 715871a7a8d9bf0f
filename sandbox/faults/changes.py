"""Deeds that let the work be done and send its answer changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sandbox.connect.twice import call_twice
from sandbox.faults.scripts import Deed
from sandbox.http import Response

Change = Callable[[Response, Deed], Response]


def unchanged(response: Response, deed: Deed) -> Response:
    return response


def wrong_location(response: Response, deed: Deed) -> Response:
    return _with_header(response, "Location", deed.location)


def short_location(response: Response, deed: Deed) -> Response:
    """Three characters short: SO/000001 becomes SO/000."""
    return _with_header(response, "Location", _header(response, "Location")[:-3])


def no_location(response: Response, deed: Deed) -> Response:
    return _with_header(response, "Location", "")


def wrong_content_type(response: Response, deed: Deed) -> Response:
    return _with_header(response, "Content-Type", deed.content_type)


def truncated_json(response: Response, deed: Deed) -> Response:
    half = response.body[: len(response.body) // 2]
    return Response(response.status, half, response.headers)


def bad_utf8(response: Response, deed: Deed) -> Response:
    """A lone continuation byte before the last one, within the JSON."""
    body = response.body[:-1] + b"\x80" + response.body[-1:]
    return Response(response.status, body, response.headers)


def double_callback(response: Response, deed: Deed) -> Response:
    """Where a room has not seen to it by itself, any redirect is made twice."""
    address = _header(response, "Location")
    if not address:
        return response
    called = call_twice(address, address)
    kept = [one for one in response.headers if one[0] not in {"Location", "Content-Type"}]
    return Response(200, called.body, [*called.headers, *kept])


CHANGES: Mapping[str, Change] = {
    "read_lag": unchanged,
    "wrong_location": wrong_location,
    "short_location": short_location,
    "no_location": no_location,
    "wrong_content_type": wrong_content_type,
    "truncated_json": truncated_json,
    "bad_utf8": bad_utf8,
    "double_callback": double_callback,
    "double_code": unchanged,
}


def _header(response: Response, name: str) -> str:
    return next((value for known, value in response.headers if known == name), "")


def _with_header(response: Response, name: str, value: str) -> Response:
    """The answer with the header set anew, or without it where there is no value."""
    kept = [header for header in response.headers if header[0] != name]
    if value:
        kept.append((name, value))
    return Response(response.status, response.body, kept)
