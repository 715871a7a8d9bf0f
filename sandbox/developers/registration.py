"""Reads the form of an application and says what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from sandbox.state import Sandbox
from sandbox.world.apis import IDENTITY, IDENTITY_SCOPES, settle_scopes
from sandbox.world.applications import Application, Integration, Kind

PREFIX = "isv_"
CLIENT_ID = re.compile(r"isv_[A-Za-z0-9_.-]{3,96}")
LONGEST_TOKEN = 60
LONGEST_REUSE = 365
NO_REDIRECT = "does not begin with https:// or http://localhost."
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(slots=True)
class Registration:
    """A submitted form, read leniently; ``faults`` are sentences for the person."""

    sandbox: Sandbox
    given: dict[str, str]
    faults: list[str] = field(default_factory=list)

    def register(self, kind: Kind, owner: str) -> Application | None:
        """Make the application, or return None when there are faults."""
        client_id = _with_prefix(self._text("client_id"))
        if not CLIENT_ID.fullmatch(client_id):
            self.faults.append(
                "Give a client ID of at least three letters, digits, dots, hyphens or underscores."
            )
        elif client_id in self.sandbox.world.applications:
            self.faults.append("This client ID is taken.")
        application = Application(client_id, "", kind, secrets=[], owner=owner)
        application.offline_access = False
        application.partner = self.sandbox.switches.new_applications_certified
        application.created_at = self.sandbox.clock.seconds()
        if kind != "service":
            application.integrations = [Integration(IDENTITY, list(IDENTITY_SCOPES), "approved")]
        return application if self.change(application) else None

    def change(self, application: Application) -> bool:
        """Put the form into the application unless there are faults."""
        name = self._text("name")
        if not name:
            self.faults.append("Give the application a name.")
        elif self._is_taken(name, application):
            self.faults.append("This name is taken.")
        minutes = self._number("token_minutes", 1, LONGEST_TOKEN, "The access token lifetime")
        addresses = {member: self._address(member, label) for member, label in ADDRESSES.items()}
        apply_kind = {"web": self._change_web, "spa": self._change_spa}.get(application.kind)
        changes = apply_kind() if apply_kind else {"grant_types": ["client_credentials"]}
        if self.faults:
            return False
        application.name, application.description = name, self._text("description")
        application.token_id = "token_id" in self.given
        application.token_minutes = minutes
        for member, value in (addresses | changes).items():
            setattr(application, member, value)
        settle_scopes(application)
        return True

    def _change_web(self) -> dict[str, object]:
        chosen = [
            grant
            for grant in ("authorization_code", "client_credentials")
            if f"grant:{grant}" in self.given
        ]
        if not chosen:
            self.faults.append("Choose at least one grant type.")
        if "authorization_code" in chosen:
            chosen.append("refresh_token")
        return {
            "grant_types": chosen,
            "pkce": "pkce" in self.given,
            "hybrid": "hybrid" in self.given,
            **self._redirects("authorization_code" in chosen),
            **self._offline(),
        }

    def _change_spa(self) -> dict[str, object]:
        stays = self.sandbox.switches.public_refresh_tokens
        return {
            "grant_types": ["authorization_code", *(["refresh_token"] if stays else [])],
            "pkce": True,
            **(self._offline() if stays else {"offline_access": False}),
            **self._redirects(needed=True),
        }

    def _redirects(self, needed: bool) -> dict[str, object]:
        redirects = self._redirect_list("redirect_uris")
        if needed and not redirects and not self.faults:
            self.faults.append("Give at least one redirect URI.")
        return {
            "redirect_uris": redirects,
            "post_logout_redirect_uris": self._redirect_list("post_logout_redirect_uris"),
            "backchannel_logout_uri": self._redirect("backchannel_logout_uri"),
            "frontchannel_logout_uri": self._redirect("frontchannel_logout_uri"),
            "identity_claims_in_id_token": "identity_claims_in_id_token" in self.given,
        }

    def _offline(self) -> dict[str, object]:
        usage: Literal["reuse", "one_time"]
        usage = "reuse" if self.given.get("refresh") == "reuse" else "one_time"
        days = self._number("refresh_days", 1, LONGEST_REUSE, "The absolute lifetime")
        sliding = self._number("refresh_sliding_days", 0, days or LONGEST_REUSE, "The sliding life")
        grace = self._number("refresh_grace", 0, 60, "The grace period")
        if 0 < grace < 5:
            self.faults.append("The grace period is 0, or 5 to 60 seconds.")
        return {
            "offline_access": "offline_access" in self.given,
            "refresh": usage,
            "refresh_days": days,
            "refresh_sliding_days": sliding,
            "refresh_grace": grace if usage == "one_time" else 0,
        }

    def _text(self, name: str) -> str:
        return self.given.get(name, "").strip()

    def _number(self, name: str, least: int, most: int, label: str) -> int:
        text = self._text(name)
        if text.isdecimal() and len(text) < 9 and least <= int(text) <= most:
            return int(text)
        self.faults.append(f"{label} is a whole number from {least} to {most}.")
        return least

    def _address(self, name: str, label: str) -> str:
        text = self._text(name)
        if text and not is_web_address(text):
            self.faults.append(f"{label} is an address that begins with https://")
        return text

    def _redirect_list(self, name: str) -> list[str]:
        lines = [line.strip() for line in self.given.get(name, "").splitlines()]
        return [self._checked_redirect(line) for line in dict.fromkeys(lines) if line]

    def _redirect(self, name: str) -> str:
        text = self._text(name)
        return self._checked_redirect(text) if text else ""

    def _checked_redirect(self, uri: str) -> str:
        if not is_web_address(uri):
            self.faults.append(f"{uri} {NO_REDIRECT}")
            return uri
        parts = urlsplit(uri)
        is_local = parts.hostname in LOCAL_HOSTS
        if is_local and not self.sandbox.switches.localhost_redirect_uris:
            self.faults.append(f"{uri} names localhost. Use a host name such as app.local.")
        elif parts.fragment:
            self.faults.append(f"{uri} has a fragment, the part from # on. Leave it out.")
        elif parts.scheme == "http" and not is_local:
            self.faults.append(f"{uri} {NO_REDIRECT}")
        return uri

    def _is_taken(self, name: str, application: Application) -> bool:
        return any(
            other.name.casefold() == name.casefold()
            for other in self.sandbox.world.applications.values()
            if other is not application
        )


ADDRESSES = {"privacy_uri": "The privacy policy URI", "terms_uri": "The terms of service URI"}


def is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname) and " " not in text


def _with_prefix(client_id: str) -> str:
    return client_id if client_id.startswith(PREFIX) else PREFIX + client_id
