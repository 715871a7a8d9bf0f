"""What the sandbox is told when it starts: by a file, and by the command line above it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sandbox.beginning.complaints import BadSettings, Document, read_document
from sandbox.members import described, fits

VARIABLE = "SANDBOX_SETTINGS"
MEMBERS: Mapping[str, Any] = {
    "host": str,
    "port": int,
    "public_url": str,
    "seed": int,
    "demo_world": bool,
    "redirect_uris": list[str],
    "redirect_uri_prefixes": list[str],
    "scenarios": list[str],
    "state": str,
    "snapshots": dict[str, str],
}
TABLES: Mapping[str, Any] = {
    "switches": dict[str, Any],
    "policies": list[dict[str, Any]],
    "companies": list[dict[str, Any]],
    "applications": list[dict[str, Any]],
    "users": list[dict[str, Any]],
    "codes": list[dict[str, Any]],
    "approvals": list[dict[str, Any]],
    "faults": list[dict[str, Any]],
}
OF_SCENARIOS = ("switches", "faults")
HIGHEST_PORT = 65_535
RANGES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "port": (lambda port: 0 <= port <= HIGHEST_PORT, f"is from 0 to {HIGHEST_PORT}"),
    "public_url": (
        lambda url: not url or url.startswith(("http://", "https://")),
        "begins with http:// or https://",
    ),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the sandbox listens, how the outside reaches it, and what it begins with.

    ``public_url`` has no trailing slash and is the issuer, the base of every
    link and the host in ``Location``. An empty one follows the port listened on.
    ``state`` and ``snapshots`` are files with their names. ``complaints`` are what is wrong
    with all this; the sandbox doesn't start with any.
    """

    host: str = "127.0.0.1"
    port: int = 8100
    public_url: str = ""
    redirect_uris: tuple[str, ...] = ()
    redirect_uri_prefixes: tuple[str, ...] = ()
    seed: int = 0
    demo_world: bool = True
    ends_with_parent: bool = False
    document: Document | None = None
    scenarios: tuple[Document, ...] = ()
    state: tuple[str, str] | None = None
    snapshots: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    complaints: tuple[str, ...] = ()

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")


def read_arguments(arguments: Sequence[str] | None = None) -> Settings:
    """Read the command line and the files it names. Raises BadSettings, or ends with 2."""
    given = _parser().parse_args(arguments)
    complaints: list[str] = []
    document = read_document(given.settings) if given.settings else None
    if document is not None:
        complaints += _problems(document, {**MEMBERS, **TABLES})
    members = _members(document, given)
    complaints += _unusable(members, document)
    files = _Files(complaints)
    scenarios = [files.document(name) for name in members.pop("scenarios")]
    state = members.pop("state")
    snapshots = {name: files.text(file) for name, file in members.pop("snapshots").items()}
    settings = Settings(
        **members,
        document=document,
        scenarios=tuple(one for one in scenarios if one is not None),
        state=files.text(state) if state else None,
        snapshots={name: text for name, text in snapshots.items() if text is not None},
    )
    return replace(settings, complaints=tuple(complaints))


@dataclass(frozen=True, slots=True)
class _Files:
    """Reads files, and notes down those that can't be."""

    complaints: list[str]

    def document(self, name: str) -> Document | None:
        try:
            document = read_document(name)
        except BadSettings as error:
            self.complaints.extend(error.complaints)
            return None
        known = {one: TABLES[one] for one in OF_SCENARIOS}
        self.complaints.extend(_problems(document, known))
        return document

    def text(self, name: str) -> tuple[str, str] | None:
        try:
            return name, Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.complaints.append(f"{name}: {error}")
            return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A stand-in for Visma over real HTTP."
    )
    add = parser.add_argument
    add("--settings", metavar="FILE", default=os.environ.get(VARIABLE, ""),
        help=f"a TOML file; {VARIABLE} names one too")  # fmt: skip
    add("--print-settings", action="store_true", help="write a file of all defaults and end")
    add("--host", help="127.0.0.1 without it")
    add("--port", type=int, help="8100 without it; 0 picks a free one")
    add("--public-url", help="as a browser and the portal reach it")
    add("--redirect-uri", action="append", metavar="URI", dest="redirect_uris",
        help="register it, exactly, for the demo Web application; may be repeated")  # fmt: skip
    add("--redirect-uri-prefix", action="append", metavar="PREFIX", dest="redirect_uri_prefixes",
        help="also take redirect URIs that begin so (Visma itself compares exactly)")  # fmt: skip
    add("--seed", type=int, help="changes ids and chances")
    add("--scenario", action="append", metavar="FILE", dest="scenarios",
        help="a TOML file with faults; may be repeated")  # fmt: skip
    add("--state", metavar="FILE", help="begin from a state that was saved")
    add("--end-with-parent", action="store_true", dest="ends_with_parent",
        help="stop when the process that began it is gone")  # fmt: skip
    return parser


def _members(document: Document | None, given: argparse.Namespace) -> dict[str, Any]:
    """What the file says where it is usable, and the command line above it."""
    content = document.content if document else {}
    members: dict[str, Any] = {
        "redirect_uris": [], "redirect_uri_prefixes": [], "scenarios": [],
        "state": "", "snapshots": {},
    }  # fmt: skip
    members |= {
        name: content[name] for name in MEMBERS if name in content and _is(name, content[name])
    }
    members |= {
        name: value for name in MEMBERS if (value := getattr(given, name, None)) is not None
    }
    members["redirect_uris"] = tuple(members["redirect_uris"])
    members["redirect_uri_prefixes"] = tuple(members["redirect_uri_prefixes"])
    if "public_url" in members:
        members["public_url"] = members["public_url"].rstrip("/")
    return members | {"ends_with_parent": given.ends_with_parent}


def _is(name: str, value: Any) -> bool:
    return fits(value, MEMBERS[name])


def _problems(document: Document, known: Mapping[str, Any]) -> list[str]:
    """Names that there are not, and values of another type."""
    complaints = []
    for name, value in document.content.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            complaints.append(document.complaint(f"There is no setting {name!r}{hint}", name))
        elif not fits(value, known[name]):
            complaints.append(document.complaint(f"{name!r} is {described(known[name])}", name))
    return complaints


def _unusable(members: dict[str, Any], document: Document | None) -> list[str]:
    """Values of the right type that can't be, be they overruled or not; they are taken out."""
    content = document.content if document else {}
    complaints = []
    for name, (fits_in, reason) in RANGES.items():
        own = content.get(name)
        if document and own is not None and _is(name, own) and not fits_in(own):
            complaints.append(document.complaint(f"{name!r} {reason}", name))
        if name in members and not fits_in(members[name]):
            if members[name] != own:
                complaints.append(f"--{name.replace('_', '-')} {reason}")
            del members[name]
    return complaints
