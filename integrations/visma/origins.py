"""Which hosts an address names, and which of them may be spoken to without TLS."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit


def origin_of(url: str) -> str:
    """Return host and port of an absolute address, in lower case."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def is_loopback(host: str) -> bool:
    """Tell whether a host name (port allowed) can only mean this machine."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def check_loopback(hosts: Collection[str]) -> None:
    """Raise ValueError if a host that may be spoken to without TLS is not this machine."""
    for host in hosts:
        if not is_loopback(host):
            raise ValueError(f"Plain http is for loopback hosts only, not for {host!r}.")


def may_go_plain(url: str, plain_http_hosts: Collection[str]) -> bool:
    """Tell whether this address may be asked over plain http."""
    parts = urlsplit(url)
    named = {parts.hostname or "", origin_of(url)} & set(plain_http_hosts)
    return bool(named) and is_loopback(parts.netloc)
