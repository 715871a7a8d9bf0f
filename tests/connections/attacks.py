"""What every attack on the way back from Visma must end in: a page that helps, and nothing kept."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

import requests
from django.utils.html import escape

from integrations.connections.models import Company, Connection, Grant, PendingConsent
from tests.connections.conftest import Person
from tests.connections.evil_connect import EvilConnect
from tests.walker import heading

UNKNOWN = "We don’t know this sign-in"
UNTRUSTED = "We can’t trust this answer"
NO_TOKEN = "Visma did not complete the sign-in"
UNREADABLE = "Visma does not answer"
USED = "This sign-in was used already"
ELSEWHERE = "This sign-in began in another browser"
LATE = "The sign-in took too long"
SHORT = "Visma lets us in for an hour only"
OURS = "Something of ours is set up wrong"
DENIED = "You said no at Visma"
CONFIRM = "Should orders go to Fjordlys AS?"
STATUS = {
    UNKNOWN: 400,
    UNTRUSTED: 400,
    NO_TOKEN: 400,
    USED: 410,
    LATE: 410,
    ELSEWHERE: 403,
}
# As a query has them; None leaves one out, a list gives it more than once.
Changes = dict[str, str | list[str] | None]


def at_visma(person: Person, **fields: str) -> str:
    """Press “Continue to Visma” and sign in; the callback's path and query, not visited."""
    answer = requests.get(person.to_visma(**fields), allow_redirects=False, timeout=10)
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def changed(callback: str, changes: Changes) -> str:
    path, _, query = callback.partition("?")
    return f"{path}?{urlencode(changed_pairs(query, changes))}"


def changed_pairs(query: str, changes: Changes) -> list[tuple[str, str]]:
    pairs = [(name, value) for name, value in parse_qsl(query) if name not in changes]
    for name, value in changes.items():
        values = [] if value is None else [value] if isinstance(value, str) else value
        pairs += [(name, each) for each in values]
    return pairs


def is_refused(
    person: Person, evil: EvilConnect, callback: str, said: str, *, spent: bool = True
) -> None:
    """The browser comes back: it is told why, and what to do, and nothing came of it."""
    answer = person.client.get(callback, follow=True)
    page = answer.content.decode()
    assert (heading(page), answer.status_code) == (said, STATUS.get(said, 200))
    assert {status for _, status in answer.redirect_chain} == {303}
    told = answer.context["told"]
    assert escape(told.who) in page
    assert escape(told.how) in page
    nothing_was_kept()
    assert PendingConsent.objects.filter(consumed_at=None).exists() is not spent
    addresses = [address for address, _ in answer.redirect_chain]
    shows_no_secret([page, *addresses, str(answer.headers)], evil)


def nothing_was_kept() -> None:
    assert not Grant.objects.exists()
    assert not Connection.objects.exists()
    assert not Company.objects.exists()
    waiting = PendingConsent.objects.exclude(sealed_answer=None) | PendingConsent.objects.filter(
        outcome__in=["granted", "choosing"]
    )
    assert not waiting.exists()


def shows_no_secret(texts: Iterable[str], evil: EvilConnect) -> None:
    shown = "\n".join(texts)
    verifiers = [consent.verifier() for consent in PendingConsent.objects.all()]
    secrets = [*evil.given_out, *verifiers, "sandbox-web-secret"]
    assert [secret for secret in secrets if secret in shown] == []
