"""Making a subscription, from the page or over the control API."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from sandbox.draws import drawn_token, drawn_uuid
from sandbox.state import Sandbox
from sandbox.webhooks.events import events_of
from sandbox.webhooks.records import Subscription


class NotASubscription(Exception):
    """The wish can't be carried out; the text says why."""


@dataclass(slots=True)
class Wish:
    """What a developer asks for; see ``Subscription``."""

    client_id: str
    publisher: str
    url: str
    events: list[str] = field(default_factory=list)
    tenant_id: str = ""
    retries: int | None = None
    retry_wait: float | None = None


def subscribe(sandbox: Sandbox, wish: Wish) -> Subscription:
    """Keep a subscription with a new secret. Raises NotASubscription."""
    known = events_of(sandbox, wish.publisher)
    if wish.client_id not in sandbox.world.applications:
        raise NotASubscription("No application has this client_id.")
    if not known:
        raise NotASubscription("There is no such publisher.")
    if not set(wish.events) <= set(known):
        raise NotASubscription(f"The publisher's events are {', '.join(known)}.")
    if not _is_on_this_machine(wish.url):
        raise NotASubscription(
            "The address must be http on this machine, as http://localhost:8000/."
        )
    if wish.tenant_id and sandbox.world.tenant_name(wish.tenant_id) is None:
        raise NotASubscription("No company or contract has this tenant id.")
    if (wish.retries or 0) < 0 or (wish.retry_wait or 0) < 0:
        raise NotASubscription("Retries and their wait are numbers from 0 up.")
    subscription = Subscription(
        id=drawn_uuid(sandbox.random),
        client_id=wish.client_id,
        publisher=wish.publisher,
        url=wish.url,
        secret=drawn_token(sandbox.random),
        events=wish.events or known,
        tenant_id=wish.tenant_id,
        retries=wish.retries,
        retry_wait=wish.retry_wait,
        made_at=sandbox.clock.seconds(),
    )
    sandbox.webhooks.subscriptions[subscription.id] = subscription
    return subscription


def _is_on_this_machine(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
