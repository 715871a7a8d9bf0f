"""What the command line says."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the sandbox listens and how the outside reaches it.

    ``public_url`` has no trailing slash and is the issuer, the base of every
    link and the host in ``Location``. An empty one follows the port listened on.
    """

    host: str = "127.0.0.1"
    port: int = 8100
    public_url: str = ""
    redirect_uris: tuple[str, ...] = ()
    redirect_uri_prefixes: tuple[str, ...] = ()
    seed: int = 0
    ends_with_parent: bool = False

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")


def read_arguments(arguments: Sequence[str] | None = None) -> Settings:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A stand-in for Visma over real HTTP."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8100, help="0 picks a free one")
    parser.add_argument("--public-url", default="", help="as a browser and the portal reach it")
    parser.add_argument(
        "--redirect-uri",
        action="append",
        default=[],
        metavar="URI",
        help="register it, exactly, for the demo Web application; may be repeated",
    )
    parser.add_argument(
        "--redirect-uri-prefix",
        action="append",
        default=[],
        metavar="PREFIX",
        help="also take redirect URIs that begin so (Visma itself compares exactly)",
    )
    parser.add_argument("--seed", type=int, default=0, help="changes ids and chances")
    parser.add_argument(
        "--end-with-parent", action="store_true", help="stop when the process that began it is gone"
    )
    given = parser.parse_args(arguments)
    return Settings(
        host=given.host,
        port=given.port,
        public_url=given.public_url.rstrip("/"),
        redirect_uris=tuple(given.redirect_uri),
        redirect_uri_prefixes=tuple(given.redirect_uri_prefix),
        seed=given.seed,
        ends_with_parent=given.end_with_parent,
    )
