"""Secrets as commands take them: never as arguments, which other users of the machine can see."""

from __future__ import annotations

import os
import sys
from getpass import getpass


def typed_secret() -> str:
    """From CLIENT_SECRET, else asked for, else the first line of standard input; "" for none."""
    given = os.environ.get("CLIENT_SECRET", "")
    if given:
        return given
    return (getpass("Client secret: ") if sys.stdin.isatty() else sys.stdin.readline()).strip()
