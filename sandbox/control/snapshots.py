"""The whole state of a sandbox as one document: to keep, to put back, to carry elsewhere."""

from __future__ import annotations

import gzip
import json
from typing import Any, get_type_hints

from sandbox.control.codec import NotCarried, Reader, Writer
from sandbox.state import Sandbox

FORMAT = "sandbox state"
VERSION = 1
OURS = ("clock", "ledger")


class NotAState(Exception):
    """The document is none that this sandbox can go on from; the text says why."""


def parts(sandbox: Sandbox) -> dict[str, Any]:
    """What is carried, by name, with its type; all but the process's own affairs."""
    hints = get_type_hints(Sandbox)
    return {
        name: hints.get(name, type(value))
        for name, value in vars(sandbox).items()
        if name not in Sandbox.NOT_CARRIED
    }


def write_state(sandbox: Sandbox) -> dict[str, Any]:
    """Raises NotCarried."""
    writer = Writer()
    written = {
        name: getattr(sandbox, name).save()
        if name in OURS
        else writer.write(getattr(sandbox, name), hint)
        for name, hint in parts(sandbox).items()
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        "seed": sandbox.settings.seed,
        "public_url": sandbox.settings.public_url,
        "state": written,
    }


def read_state(sandbox: Sandbox, document: Any) -> None:
    """Put the sandbox into the state of the document, or leave it as it is and raise NotAState.

    What is under way ends: what waits is cancelled, late commits are void.
    """
    _check_head(document)
    written = document["state"]
    known = parts(sandbox)
    if written.keys() != known.keys():
        differing = ", ".join(sorted(written.keys() ^ known.keys()))
        raise NotAState(f"The document and this sandbox differ in what they hold: {differing}")
    reader = Reader()
    try:
        records = {
            # In the order written, by which records held twice are numbered.
            name: reader.read(content, known[name], name)
            for name, content in written.items()
            if name not in OURS
        }
        _check_ours(written)
    except NotCarried as error:
        raise NotAState(str(error)) from error
    sandbox.generation += 1
    sandbox.clock.load(written["clock"])
    sandbox.ledger.load(written["ledger"])
    for name, record in records.items():
        setattr(sandbox, name, record)
    sandbox.resume()


def pack_state(sandbox: Sandbox) -> bytes:
    return gzip.compress(json.dumps(write_state(sandbox)).encode(), 1)


def unpack_state(sandbox: Sandbox, packed: bytes) -> None:
    read_state(sandbox, json.loads(gzip.decompress(packed)))


def _check_head(document: Any) -> None:
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NotAState("This is not the state of a sandbox")
    if document.get("version") != VERSION:
        raise NotAState(
            f"The state is of version {document.get('version')!r}, this sandbox reads {VERSION}"
        )
    if not isinstance(document.get("state"), dict):
        raise NotAState("The document holds no state")


def _check_ours(written: dict[str, Any]) -> None:
    clock, ledger = written["clock"], written["ledger"]
    if not isinstance(clock, dict) or not {"offset", "frozen_at"} <= clock.keys():
        raise NotCarried("clock cannot be read")
    if not isinstance(ledger, dict) or not {"count", "entries"} <= ledger.keys():
        raise NotCarried("ledger cannot be read")
