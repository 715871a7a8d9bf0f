"""The form of an application: what it is called and what it may do."""

from __future__ import annotations

from sandbox.connect.entitlements import grant_types_of
from sandbox.developers.registration import LONGEST_REUSE, LONGEST_TOKEN, PREFIX
from sandbox.pages import checkbox, choice, field, textarea
from sandbox.state import Sandbox
from sandbox.world.applications import Application, Kind

KINDS: dict[Kind, tuple[str, str]] = {
    "web": ("Web", "Runs on a web server, which keeps its secrets."),
    "spa": ("Single-Page App", "Runs in the browser. It has no secret and proves itself by PKCE."),
    "service": ("Service", "Runs on its own, machine to machine. Nobody signs in."),
}


OFFLINE_KINDS = {False: {"web"}, True: {"web", "spa"}}


def form_parts(
    sandbox: Sandbox, application: Application, given: dict[str, str] | None = None
) -> list[str]:
    """Fields with the application's values, or with what was typed when there was a fault."""
    values = _Values(application, given)
    parts = [
        field("Name", "name", value=values.text("name"), more="required", note="Nobody else's."),
        textarea("Description", "description", value=values.text("description")),
        _grants(application, values),
    ]
    if application.kind != "service":
        parts.append(_redirects(values))
    if application.kind in OFFLINE_KINDS[sandbox.switches.public_refresh_tokens]:
        parts.append(_offline(values))
    return [*parts, _tokens(application, values), _papers(values)]


def client_id_field(given: dict[str, str]) -> str:
    return field(
        "Client ID",
        "client_id",
        value=given.get("client_id", "").removeprefix(PREFIX),
        more='autocomplete="off" required',
        note=f"Nobody else's. It gets the prefix {PREFIX} and can't be changed later.",
        before=PREFIX,
    )


class _Values:
    """What a form shows: typed, when it comes back with a fault, else what is stored."""

    def __init__(self, application: Application, given: dict[str, str] | None) -> None:
        self._application = application
        self._given = given

    def text(self, name: str) -> str:
        if self._given is not None:
            return self._given.get(name, "")
        stored = getattr(self._application, name)
        return "\n".join(stored) if isinstance(stored, list) else str(stored)

    def ticked(self, name: str) -> bool:
        if self._given is not None:
            return name in self._given
        grant = name.removeprefix("grant:")
        if grant != name:
            return grant in grant_types_of(self._application)
        return bool(getattr(self._application, name))


def _grants(application: Application, values: _Values) -> str:
    if application.kind == "service":
        return "<h2>Grant types</h2><p>Client Credentials</p>"
    if application.kind == "spa":
        return "<h2>Grant types</h2><p>Authorization Code with PKCE</p>"
    boxes = (
        ("Authorization Code", "grant:authorization_code", "A person signs in."),
        ("Client Credentials", "grant:client_credentials", "The application acts on its own."),
        ("PKCE", "pkce", "Each sign-in must bring a code challenge."),
        ("Hybrid flow", "hybrid", "Allows the response type code id_token, with a nonce."),
    )
    return "<h2>Grant types</h2>" + "".join(
        checkbox(label, name, checked=values.ticked(name), note=note) for label, name, note in boxes
    )


def _redirects(values: _Values) -> str:
    return (
        "<h2>Addresses of the application</h2>"
        + textarea(
            "Redirect URIs",
            "redirect_uris",
            value=values.text("redirect_uris"),
            note="One on each line, https:// or http://localhost. They are compared exactly: "
            "scheme, letter case, slash at the end.",
        )
        + textarea(
            "Post-logout redirect URIs",
            "post_logout_redirect_uris",
            value=values.text("post_logout_redirect_uris"),
            rows=2,
        )
        + field(
            "Back-channel logout URI",
            "backchannel_logout_uri",
            value=values.text("backchannel_logout_uri"),
            note="Gets a logout token when a person's session ends.",
        )
        + field(
            "Front-channel logout URI",
            "frontchannel_logout_uri",
            value=values.text("frontchannel_logout_uri"),
        )
    )


def _offline(values: _Values) -> str:
    usage = values.text("refresh")
    return (
        "<h2>Offline access</h2><p>Changes touch new grants only: people consent again first.</p>"
        + checkbox(
            "Offline access",
            "offline_access",
            checked=values.ticked("offline_access"),
            note="Gives refresh tokens to those who ask for offline_access.",
        )
        + "<fieldset><legend>Refresh tokens are</legend>"
        + choice("Re-use", "refresh", "reuse", note="It stays the same.", checked=usage == "reuse")
        + choice(
            "One-time",
            "refresh",
            "one_time",
            note="Each use brings a new one. A second use of a spent one ends all access.",
            checked=usage != "reuse",
        )
        + "</fieldset>"
        + _number("Absolute lifetime in days", "refresh_days", 1, LONGEST_REUSE, values)
        + _number(
            "Ends when not used for days",
            "refresh_sliding_days",
            0,
            LONGEST_REUSE,
            values,
            "0: off",
        )
        + _number(
            "Grace period in seconds",
            "refresh_grace",
            0,
            60,
            values,
            "0, or 5 to 60: how long a spent one-time token goes on working.",
        )
    )


def _tokens(application: Application, values: _Values) -> str:
    identity = checkbox(
        "Include core identity claims in ID token",
        "identity_claims_in_id_token",
        checked=values.ticked("identity_claims_in_id_token"),
        note="Name and e-mail address come with the sign-in, not from userinfo only.",
    )
    return (
        "<h2>Tokens</h2>"
        + _number(
            "Access token lifetime in minutes",
            "token_minutes",
            1,
            LONGEST_TOKEN,
            values,
            "Up to 60",
        )
        + checkbox(
            "Include JSON Web Token ID",
            "token_id",
            checked=values.ticked("token_id"),
            note="Adds the claim jti, by which a token can be told from its copy.",
        )
        + (identity if application.kind != "service" else "")
    )


def _papers(values: _Values) -> str:
    return "<h2>For the App Store</h2>" + "".join(
        field(label, name, value=values.text(name), kind="url")
        for label, name in (
            ("Privacy policy URI", "privacy_uri"),
            ("Terms of service URI", "terms_uri"),
        )
    )


def _number(label: str, name: str, least: int, most: int, values: _Values, note: str = "") -> str:
    return field(
        label,
        name,
        value=values.text(name),
        kind="number",
        more=f'min="{least}" max="{most}"',
        note=note,
    )
