"""requests-oauthlib with its traps closed.

As it comes, the library follows redirects with the client's secret in hand, takes any token type,
raises when fewer scopes are granted, and writes tokens to the log at DEBUG. Its time-outs are per
read, so that a dripping server holds a call for as long as it likes; libcurl's are not.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import requests
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Token, WebApplicationClient
from requests.adapters import BaseAdapter
from requests_oauthlib import OAuth2Session

from integrations.visma.calls import Answer, Call
from integrations.visma.exchange import Transport, exchange, outage_of, within
from integrations.visma.origins import origin_of
from integrations.visma.token_answers import TokenAnswer, accept, token_answer

_TALKATIVE = ("requests_oauthlib", "requests_oauthlib.oauth2_session", "oauthlib")
_OURS = frozenset({"content-length", "connection", "accept-encoding"})  # libcurl's to say


class _Strict:
    """Every grant passes through here instead of through oauthlib's own parser."""

    scope: list[str] | None
    token: OAuth2Token
    answer: TokenAnswer
    populate_token_attributes: Callable[[Mapping[str, object]], None]

    def parse_request_body_response(
        self, body: str, scope: list[str] | None = None, **_: object
    ) -> OAuth2Token:
        self.answer = token_answer(body.encode())
        members = {
            "access_token": self.answer.access_token,
            "token_type": "Bearer",
            "scope": " ".join(sorted(self.answer.scopes)),
        }
        if self.answer.expires_in is not None:
            members["expires_in"] = str(self.answer.expires_in)
        if self.answer.refresh_token is not None:
            members["refresh_token"] = self.answer.refresh_token
        self.token = OAuth2Token(members, old_scope=scope)
        self.populate_token_attributes(self.token)
        return self.token


class StrictWebClient(_Strict, WebApplicationClient):  # type: ignore[misc]  # oauthlib is untyped
    """The authorization-code and refresh grants."""


class StrictBackendClient(_Strict, BackendApplicationClient):  # type: ignore[misc]  # as above
    """The client-credentials grant."""


class CurledResponse(requests.Response):
    """What requests sees of an answer of ours."""

    def __init__(self, answer: Answer, request: requests.PreparedRequest) -> None:
        super().__init__()
        self.answer = answer
        self.status_code = answer.status
        self.url = request.url or ""
        self.request = request
        self.encoding = "utf-8"
        self._content = answer.body
        self._content_consumed = True


class CurlAdapter(BaseAdapter):
    """Carries a session's requests over the gate: one try, one total time-out, our own CA list."""

    def __init__(self, transport: Transport, plain_origins: frozenset[str]) -> None:
        super().__init__()
        self._transport = transport
        self._plain_origins = plain_origins

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> CurledResponse:
        """Raises Outage when no whole answer came."""
        url = request.url or ""
        if origin_of(url) in self._plain_origins:
            url = unsecured(url)
        body = request.body.encode() if isinstance(request.body, str) else request.body
        lines = tuple(
            f"{name}: {_text(value)}"
            for name, value in request.headers.items()
            if name.lower() not in _OURS
        )
        call = Call(None, request.method or "GET", url, lines, body, within(self._transport))
        answer = exchange(self._transport, call)
        outage = outage_of(answer) if not answer.whole else None
        if outage is not None:
            raise outage
        return CurledResponse(answer, request)

    def close(self) -> None:
        """Nothing is kept open between calls."""


class StrictSession(OAuth2Session):  # type: ignore[misc]  # requests-oauthlib is untyped
    """One purpose, one call: proxies, .netrc and cookies of the environment play no part."""

    def __init__(
        self,
        client: StrictWebClient | StrictBackendClient,
        transport: Transport,
        *,
        plain_origins: frozenset[str] = frozenset(),
        scope: list[str] | None = None,
        redirect_uri: str | None = None,
    ) -> None:
        _quieten()
        super().__init__(client=client, scope=scope, redirect_uri=redirect_uri)
        self.trust_env = False
        self.headers.clear()
        self.adapters.clear()
        self.mount("https://", CurlAdapter(transport, plain_origins))
        self.register_compliance_hook("access_token_response", _accepted)
        self.register_compliance_hook("refresh_token_response", _accepted)

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False
        response: requests.Response = super().request(*args, **kwargs)
        return response

    def get_redirect_target(self, _resp: requests.Response) -> None:
        """A redirect is an answer like any other; ``accept`` refuses it."""


def _quieten() -> None:
    """Keep the libraries from writing tokens to the log, whatever was configured meanwhile."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.INFO))


def secured(url: str) -> str:
    """Return the address as oauthlib will take it; it refuses http, on loopback too."""
    return "https://" + url.removeprefix("http://") if url.startswith("http://") else url


def unsecured(url: str) -> str:
    return "http://" + url.removeprefix("https://")


def _accepted(response: CurledResponse) -> CurledResponse:
    accept(response.answer)
    return response


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
