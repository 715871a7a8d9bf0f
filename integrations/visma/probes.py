"""Questions that prove how an application is registered, and give nobody access to anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from integrations.visma.bodies import clean, read_object
from integrations.visma.calls import Answer, Call
from integrations.visma.errors import BadAnswer
from integrations.visma.exchange import Transport, exchange, fault_of, outage_of, within
from integrations.visma.hidden import without_frames
from integrations.visma.key_sets import KeySet
from integrations.visma.oauth import Client, authorization_url, new_state, new_verifier

# What prompt=none is answered with when nobody is signed in (OpenID Connect Core 3.1.2.6).
NOBODY_IS_SIGNED_IN = {
    "login_required",
    "interaction_required",
    "consent_required",
    "account_selection_required",
}
_ERROR_ID = re.compile(r"Error-ID.{0,80}?<code>\s*([\w.:-]{4,80})", re.IGNORECASE | re.DOTALL)
_READ = 65_536  # characters of an error page


class Start(Enum):
    """Whether Visma would begin a sign-in."""

    TAKEN = "taken"
    # It answered the application itself, with an error: the redirect URI is taken, the rest not.
    SENT_BACK = "sent_back"
    # It showed a page of its own and sent nobody back.
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class SignIn:
    """How the authorization endpoint answered; ``told`` is an error code or an Error-ID."""

    start: Start
    told: str = ""


@without_frames
def ask_for_sign_in(client: Client, *, redirect_uri: str, scopes: list[str]) -> SignIn:
    """Ask as a browser would with prompt=none, in which nobody is signed in.

    Raises Outage, and BadAnswer for what can't be told apart.
    """
    url = authorization_url(
        client,
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=new_state(),
        verifier=new_verifier(),
        nonce=new_state(),
        prompt="none",
    )
    answer = _get(client.transport, url, "text/html")
    target = answer.headers.get("location", [""])[0]
    if _is_redirect(answer) and target.startswith(redirect_uri):
        error = _member(target, "error")
        taken = error in NOBODY_IS_SIGNED_IN
        return SignIn(Start.TAKEN if taken else Start.SENT_BACK, error)
    error_id = _error_id(answer, target)
    if error_id or answer.status == HTTPStatus.BAD_REQUEST:
        return SignIn(Start.STOPPED, error_id)
    raise BadAnswer(f"The authorization endpoint answered HTTP {answer.status}")


def differences(client: Client) -> list[str]:
    """Return what the discovery document says otherwise than we were told, by its members.

    Raises Outage, BadAnswer.
    """
    ours = client.endpoints
    answer = _get(
        client.transport, f"{ours.issuer}/.well-known/openid-configuration", "application/json"
    )
    fault = fault_of(answer)
    if fault is not None:
        raise fault
    said = read_object(answer.body)
    told = {
        "issuer": ours.issuer,
        "authorization_endpoint": ours.authorize,
        "token_endpoint": ours.token,
        "jwks_uri": ours.jwks,
    }
    return [member for member, value in told.items() if said.get(member) != value]


def signing_keys(client: Client) -> int:
    """Return how many of Visma's signing keys can be used. Raises Outage, BadAnswer."""
    return KeySet(client.endpoints.jwks, client.transport).count()


def _get(transport: Transport, url: str, accepted: str) -> Answer:
    headers = (f"Accept: {accepted}",)
    answer = exchange(transport, Call(None, "GET", url, headers, None, within(transport)))
    outage = outage_of(answer)
    if outage is not None:
        raise outage
    return answer


def _is_redirect(answer: Answer) -> bool:
    return 300 <= answer.status < 400


def _error_id(answer: Answer, target: str) -> str:
    if _is_redirect(answer):
        return _member(target, "errorId")
    found = _ERROR_ID.search(answer.body[:_READ].decode("utf-8", "replace"))
    return clean(found[1], 80) if found else ""


def _member(url: str, name: str) -> str:
    try:
        return clean(parse_qs(urlsplit(url).query).get(name, [""])[0], 80)
    except ValueError:
        return ""
