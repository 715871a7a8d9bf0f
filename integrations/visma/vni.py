"""VNI, the OAuth server before Visma Connect: a consent, a token without an end, and whose it is.

It knows no PKCE, no nonce, no ID token and no ``iss``, and gives no refresh token: the state is all
that ties an answer to a browser. A new token kills the one before of the same client and Visma
user, in every company, as soon as it is handed out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlencode

from integrations.visma import oauth
from integrations.visma.bodies import clean, read_object
from integrations.visma.calls import Call
from integrations.visma.errors import Malformed
from integrations.visma.exchange import Transport, exchange, fault_of, read, within
from integrations.visma.hidden import without_frames
from integrations.visma.oauth import Client
from integrations.visma.token_answers import TokenAnswer
from integrations.visma.tokens import bearer

SCOPE = "financialstasks"
APPLICATION_TYPE = "Visma.net Financials"
GONE = {HTTPStatus.OK, HTTPStatus.NO_CONTENT}


@dataclass(frozen=True, slots=True)
class UserDetails:
    """Who allowed it, by the context endpoint. VNI has no ``sub``."""

    email: str
    name: str


def authorization_url(client: Client, *, redirect_uri: str, state: str) -> str:
    """Return where to send the browser."""
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": state,
    }
    return f"{client.endpoints.authorize}?{urlencode(asked)}"


@without_frames
def redeem(client: Client, *, code: str, redirect_uri: str) -> TokenAnswer:
    """Trade a code for a token, and so kill the one before.

    Raises Outage, Refused or BadAnswer. A refresh token, where one comes, is good for nothing.
    """
    answer = oauth.redeem(client, code=code, redirect_uri=redirect_uri, verifier="", scopes=[SCOPE])
    return replace(answer, expires_in=None, refresh_token=None, id_token=None)


@without_frames
def revoke(client: Client, token: str) -> None:
    """End a token. One that is dead already raises Unauthorized."""
    transport = client.transport
    answer = exchange(
        transport,
        Call(None, "DELETE", client.endpoints.revocation, bearer(token), None, within(transport)),
    )
    fault = None if answer.whole and answer.status in GONE else fault_of(answer)
    if fault is not None:
        raise fault


@without_frames
def user_details(client: Client, token: str) -> UserDetails:
    """Return whose token it is. Raises Malformed without an address, and what a read raises."""
    body = read_object(read(client.transport, client.endpoints.userinfo, token).body)
    email = clean(body.get("emailAddress"), 254)
    if "@" not in email:
        raise Malformed("The user details name no address")
    names = (clean(body.get(part), 100) for part in ("firstName", "lastName"))
    return UserDetails(email, " ".join(name for name in names if name))


def company_number(context_url: str, company_id: str, token: str, transport: Transport) -> str:
    """Return the organisation number of one company of the list; "" where it has none."""
    url = f"{context_url}/{_checked(company_id)}"
    return clean(read_object(read(transport, url, token).body).get("organizationNumber"), 60)


def company_headers(company_id: str) -> tuple[str, ...]:
    """Return the header lines that name the company, for every call with a VNI token."""
    return (f"ipp-company-id: {_checked(company_id)}", f"ipp-application-type: {APPLICATION_TYPE}")


def _checked(company_id: str) -> str:
    """A company's id is a whole number; anything else could be another header or path."""
    if not (company_id.isascii() and company_id.isdigit()):
        raise Malformed("The id of the company is not a whole number")
    return company_id
