"""How a setting is read from the environment: typed, and refused with a sentence that names it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


class Environment:
    """Reads variables through django-environ, and answers a fault with the variable's name.

    Texts with a leading ``$`` and secrets are read as they stand: django-environ would take the
    ``$`` for the name of another variable.
    """

    def __init__(self, dotenv: Path) -> None:
        if dotenv.is_file():
            environ.Env.read_env(dotenv)
        self._env = environ.Env()

    def text(self, name: str, default: str | None = None) -> str:
        value = os.environ.get(name, "")
        return value if value.startswith("$") else str(self._read(name, "str", default))

    def flag(self, name: str, *, default: bool) -> bool:
        return bool(self._read(name, "bool", default))

    def number(self, name: str, default: int) -> int:
        return int(self._read(name, "int", default))

    def seconds(self, name: str, default: int) -> timedelta:
        return timedelta(seconds=self.number(name, default))

    def words(self, name: str, default: Sequence[str] = ()) -> list[str]:
        """A list separated by commas; blanks around a word don't count."""
        return [word.strip() for word in self._read(name, "list", list(default)) if word.strip()]

    def choice(self, name: str, choices: Sequence[str], default: str) -> str:
        value = self.text(name, default)
        if value not in choices:
            raise ImproperlyConfigured(
                f"{name} must be one of {', '.join(choices)}, not {value!r}."
            )
        return value

    def secret(self, name: str) -> str:
        value = os.environ.get(name, "")
        if not value:
            raise ImproperlyConfigured(
                f"{name} is not set. It is a secret without a default; .env.example says more."
            )
        return value

    def address(self, name: str, default: str) -> str:
        """An http(s) address without a trailing slash; an empty one switches the feature off."""
        value = self.text(name, default).rstrip("/")
        if value and (
            urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname
        ):
            raise ImproperlyConfigured(f"{name} must be an http or https address, not {value!r}.")
        return value

    def mail(self, name: str, default: str) -> dict[str, Any]:
        """Django's mail settings for an address such as ``smtp+tls://user:password@host:587``."""
        try:
            told = environ.Env.email_url_config(self.text(name, default))
        except (ValueError, KeyError, ImproperlyConfigured) as error:
            raise ImproperlyConfigured(
                f"{name} must be an address such as smtp+tls://user:password@host:587."
            ) from error
        return {setting: value for setting, value in told.items() if setting.isupper()}

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Django's database settings. ``?pool=true``, a text to django-environ, is left out."""
        address = self.text(name, default)
        if urlsplit(address).scheme not in {"postgres", "postgresql", "sqlite"}:
            raise ImproperlyConfigured(
                f"{name} must be an address such as postgres://user:password@host/name."
            )
        told = dict(environ.Env.db_url_config(address))
        told.get("OPTIONS", {}).pop("pool", None)
        return told

    def redis(self, name: str, default: str | None) -> tuple[str, str]:
        """The broker's and the cache's address for one server; the cache takes the next database.

        Takes ``redis://``, ``rediss://`` and ``unix:///path?db=0``.
        """
        address = self.text(name, default)
        try:
            return redis_addresses(address)
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} must be an address such as redis://host:6379/0."
            ) from error

    def _read(self, name: str, kind: str, default: Any) -> Any:
        if default is None and name not in os.environ:
            raise ImproperlyConfigured(f"{name} is not set; .env.example says what it is for.")
        try:
            return getattr(self._env, kind)(name, default=default)
        except (ValueError, ImproperlyConfigured) as error:
            raise ImproperlyConfigured(
                f"{name} can't be read as {kind}: {os.environ.get(name, '')!r}."
            ) from error


def redis_addresses(address: str) -> tuple[str, str]:
    """Broker and cache: see ``Environment.redis``. Raises ValueError."""
    parts = urlsplit(address)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise ValueError(parts.scheme)
    if parts.scheme == "unix":
        number = int(dict(parse_qsl(parts.query)).get("db", "0"))
        path = quote(parts.path, safe="/%")
        return f"redis+socket://{path}?virtual_host={number}", f"unix://{path}?db={number + 1}"
    number = int(parts.path.strip("/") or "0")
    return (
        parts._replace(path=f"/{number}").geturl(),
        parts._replace(path=f"/{number + 1}").geturl(),
    )
