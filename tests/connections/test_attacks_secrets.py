"""Where no token, code, verifier or secret may ever stand, whatever goes wrong on the way."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import redis
from celery.signals import before_task_publish
from django.conf import settings
from django.core.signals import got_request_exception
from django.utils import timezone

from integrations.connections.models import Connection, Grant, PendingConsent
from integrations.connections.services import custody, disconnection
from tests.connections.attacks import CONFIRM, OURS, at_visma, changed
from tests.connections.conftest import Person
from tests.connections.evil_connect import EvilConnect, hangs_up, signed
from tests.visma.servers import json_response, response

CLIENT_SECRET = "sandbox-web-secret"


@pytest.fixture
def logged() -> Iterator[list[logging.LogRecord]]:
    """All that any logger says, each of them set to DEBUG by whoever likes to read."""
    records: list[logging.LogRecord] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    manager = logging.Logger.manager
    names = {"urllib3", "urllib3.connectionpool", "requests", "requests_oauthlib", "oauthlib"}
    names |= {"requests_oauthlib.oauth2_session", "oauthlib.oauth2", "kombu", "celery", "django"}
    loggers = [logging.getLogger(name) for name in {*names, *manager.loggerDict}]
    before = [(one, one.level, one.disabled) for one in [logging.getLogger(), *loggers]]
    keep = Keep()
    logging.getLogger().addHandler(keep)
    for one, _, _ in before:
        one.setLevel(logging.DEBUG)
        one.disabled = False
    yield records
    logging.getLogger().removeHandler(keep)
    for one, level, disabled in before:
        one.setLevel(level)
        one.disabled = disabled


@pytest.fixture
def published() -> Iterator[list[Any]]:
    """What goes to the workers."""
    bodies: list[Any] = []

    def keep(**message: Any) -> None:
        bodies.append((message.get("body"), message.get("headers")))

    before_task_publish.connect(keep)
    yield bodies
    before_task_publish.disconnect(keep)


def everything_secret(person: Person, evil: EvilConnect) -> list[str]:
    verifiers = [str(consent.verifier()) for consent in PendingConsent.objects.all()]
    return [*evil.given_out, *verifiers, CLIENT_SECRET, *person.cookie.split(".")]


def said_by(records: list[logging.LogRecord]) -> str:
    formatter = logging.Formatter()
    return "\n".join(f"{formatter.format(record)} {record.__dict__!r}" for record in records)


def in_redis() -> str:
    """Every key and value of the broker and the cache."""
    stored = []
    for address in (settings.CELERY_BROKER_URL, settings.CACHES["default"]["LOCATION"]):
        plain = str(address).replace("redis+socket:", "unix:").replace("virtual_host=", "db=")
        server = redis.Redis.from_url(plain)
        for key in server.scan_iter(count=1000):
            stored.append(f"{key!r} {server.dump(key)!r}")
        server.close()
    return "\n".join(stored)


def walks_through(person: Person, evil: EvilConnect) -> None:
    """From the link to a connection that is renewed and ended."""
    person.get(at_visma(person))
    person.confirms()
    connection = Connection.objects.get()
    Grant.objects.update(access_expires_at=timezone.now())
    custody.refresh(str(connection.grant_id), now=timezone.now())
    connection.refresh_from_db()
    disconnection.disconnect(connection, by=None, now=timezone.now())


def is_turned_away(person: Person, evil: EvilConnect) -> None:
    """Every kind of refusal, one after the other."""
    for said in (
        json_response(400, {"error": "invalid_grant", "error_description": CLIENT_SECRET}),
        json_response(401, {"error": "invalid_client"}),
        json_response(200, {"access_token": "a b", "token_type": "Bearer"}),
        response(200, {"Content-Type": "application/json"}, b'{"access_token": "cut'),
        response(307, {"Location": "https://elsewhere.example/"}),
        response(503),
        hangs_up,
    ):
        evil.says["token"] = said
        person.get(at_visma(person))
    del evil.says["token"]
    evil.signs = lambda claims: signed(claims, kid="two")
    person.get(at_visma(person))
    evil.signs = None
    person.get(changed(at_visma(person), {"iss": None}))
    person.get(changed(at_visma(person), {"state": "made-up"}))
    Person().get(at_visma(person))


@pytest.mark.parametrize("way", [walks_through, is_turned_away])
def test_no_log_task_or_cache_holds_a_secret(
    visitor: Person,
    evil: EvilConnect,
    logged: list[logging.LogRecord],
    published: list[Any],
    way: Callable[[Person, EvilConnect], None],
) -> None:
    logging.getLogger("oauthlib.oauth2").debug("somebody listens")

    way(visitor, evil)

    places = {"log": said_by(logged), "tasks": repr(published), "redis": in_redis()}
    assert "somebody listens" in places["log"]
    found = {
        place: [secret for secret in everything_secret(visitor, evil) if secret in text]
        for place, text in places.items()
    }
    assert found == {"log": [], "tasks": [], "redis": []}


def test_no_address_a_browser_keeps_holds_a_secret(visitor: Person, evil: EvilConnect) -> None:
    address = visitor.to_visma()
    verifier = PendingConsent.objects.get().verifier()
    assert verifier not in address
    assert CLIENT_SECRET not in address
    callback = at_visma(visitor)
    left = visitor.client.get(callback)

    # The browser shows, keeps and passes on what it lands on, never where it came through.
    assert left.status_code == 303
    assert left["Referrer-Policy"] == "no-referrer"
    assert "no-store" in left["Cache-Control"]
    assert left.content == b""
    landed = visitor.client.get(left["Location"])
    assert landed.status_code == 200
    assert landed["Referrer-Policy"] == "same-origin"
    assert "no-store" in landed["Cache-Control"]
    for secret in [*evil.given_out, *parse_qs(urlsplit(callback).query)["state"]]:
        assert secret not in left["Location"]
        assert secret not in landed.content.decode()
    assert all(cookie["httponly"] for cookie in visitor.client.cookies.values())


# What an error report would print: the variables of every frame.

BREAKS = [
    "integrations.visma.sessions.token_answer",
    "integrations.visma.sessions.CurlAdapter.send",
    "requests_oauthlib.OAuth2Session.fetch_token",
    "integrations.visma.oauth.StrictSession.request",
    "integrations.visma.id_tokens.jwt.decode",
    "integrations.visma.id_tokens._check_times",
    "integrations.connections.services.visma_clients.signing_keys",
    "integrations.connections.services.redemption._keep_grant",
    "integrations.connections.services.redemption.digest",
    "integrations.connections.models.Grant.save",
    "integrations.connections.models.PendingConsent.verifier",
    "integrations.connections.services.companies.candidates",
    "integrations.connections.services.choosing.offer",
]


class Broke(Exception):
    """Something nobody thought of."""


def breaks(*_: object, **__: object) -> None:
    raise Broke


def variables(error: BaseException | None) -> str:
    """Each variable of each frame of ours and below, along the whole chain, as reports show it."""
    shown: list[str] = []
    while error is not None:
        frame: TracebackType | None = error.__traceback__
        while frame is not None:
            shown += [f"{name}={value!r}" for name, value in frame.tb_frame.f_locals.items()]
            frame = frame.tb_next
        shown.append(repr(error))
        error = error.__cause__ or error.__context__
    return "\n".join(shown)


@pytest.mark.parametrize("place", BREAKS)
def test_a_break_anywhere_ends_on_a_page_and_its_report_holds_no_secret(
    visitor: Person,
    evil: EvilConnect,
    logged: list[logging.LogRecord],
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    callback = at_visma(visitor)
    secrets = everything_secret(visitor, evil)
    monkeypatch.setattr(place, breaks)

    assert visitor.get(callback) == OURS

    # Django's templates report at DEBUG each variable they go without.
    ours = [record for record in logged if not record.name.startswith("django.template")]
    reports = [record.exc_info[1] for record in ours if record.exc_info]
    assert [type(error) for error in reports] == [Broke]
    shown = variables(reports[0]) + said_by(logged)
    assert [secret for secret in [*secrets, *evil.given_out] if secret in shown] == []
    assert not Grant.objects.filter(ended_at=None).exists()
    monkeypatch.undo()
    assert visitor.get(at_visma(visitor)) == CONFIRM


@pytest.mark.parametrize(
    "place",
    [
        "integrations.connections.services.choosing.give_up",
        "integrations.connections.services.consent._pending",
        "integrations.connections.views.callbacks.SeeOther",
    ],
)
@pytest.mark.parametrize("by_post", [False, True])
def test_where_no_page_can_be_made_the_error_page_and_report_hold_no_secret(
    visitor: Person,
    evil: EvilConnect,
    logged: list[logging.LogRecord],
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    by_post: bool,
) -> None:
    callback = at_visma(visitor)
    secrets = [evil.given_out[0], CLIENT_SECRET, str(PendingConsent.objects.get().verifier())]
    path, _, query = callback.partition("?")
    evil.says["token"] = response(503)
    raised: list[str] = []

    def keep(**_: object) -> None:
        raised.append(variables(sys.exc_info()[1]))

    got_request_exception.connect(keep)
    monkeypatch.setattr(place, breaks)
    visitor.client.raise_request_exception = False
    if by_post:
        answer = visitor.client.post(
            path, query, content_type="application/x-www-form-urlencoded", follow=True
        )
    else:
        answer = visitor.client.get(callback, follow=True)
    got_request_exception.disconnect(keep)

    shown = answer.content.decode() + "\n".join(raised) + said_by(logged)
    assert answer.status_code == 500
    assert "Something of ours broke" in answer.content.decode()
    assert len(raised) == 1
    assert [secret for secret in secrets if secret in shown] == []


def test_the_environment_of_a_process_holds_no_secret_of_an_application() -> None:
    assert CLIENT_SECRET not in "\n".join(os.environ.values())
