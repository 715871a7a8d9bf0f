"""The headers that tell of a window, and the 429."""

from __future__ import annotations

from datetime import timedelta

from sandbox.http import Headers, Response, json_response
from sandbox.switches import Switches


def rate_headers(
    switches: Switches, *, name: str, limit: int, used: int, left: int, now: float
) -> Headers:
    """``left`` is whole seconds until the window ends, ``now`` seconds since the epoch."""
    reset = int(now) + left if switches.reset_as_epoch else left
    return [
        ("X-RateLimit-Limit", str(limit)),
        ("X-RateLimit-Remaining", str(max(limit - used, 0))),
        ("X-RateLimit-Reset", str(reset)),
        ("X-RateLimit-Policy", name),
    ]


def throttle_answer(switches: Switches, seconds: int) -> Response:
    """429 with Retry-After; the body's shape is a switch."""
    match switches.throttle_body:
        case "json":
            text = f"Rate limit is exceeded. Try again in {seconds} seconds."
            response = json_response({"statusCode": 429, "message": text}, 429)
        case "text":
            text = f"Rate limit is exceeded. Try again in {_time_span(seconds)}."
            response = Response(429, text.encode(), [("Content-Type", "text/plain")])
        case _:
            response = Response(429)
    response.headers.append(("Retry-After", str(seconds)))
    return response


def _time_span(seconds: int) -> str:
    """As .NET writes a TimeSpan: ``00:06:51``, with days in front where there are any."""
    span = timedelta(seconds=seconds)
    hours, rest = divmod(span.seconds, 3600)
    clock = f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    return f"{span.days}.{clock}" if span.days else clock
