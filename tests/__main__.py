"""Every check of the project, in the order that finds a mistake soonest.

``python -m tests`` runs all, ``python -m tests lint`` those that need no server.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from demo import processes

console = Console()
ROOT = Path(__file__).resolve().parent.parent
TYPED = ["portal", "integrations", "sandbox", "demo", "benchmarks", "tests", "manage.py"]
IMPORTS = "import sys; from importlinter.cli import lint_imports_command as lint; sys.exit(lint())"

# Throw-away values; no check here meets a real secret or a developer's .env.
ANYWHERE = {
    "DOTENV": os.devnull,
    "SECRET_KEY": "checks-only-0123456789abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKL",
    "ENCRYPTION_KEYS": "aaaaaaaa:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
}
DEVELOPMENT = ANYWHERE | {"ENVIRONMENT": "development", "DATABASE_URL": "sqlite://:memory:"}
PRODUCTION = ANYWHERE | {
    "ENVIRONMENT": "production",
    "PUBLIC_URL": "https://portal.example",
    "VENDOR_NAME": "Nordhandel",
    "SUPPORT_EMAIL": "help@portal.example",
    "EMAIL_URL": "smtp+tls://portal:secret@mail.example:587",
    "DATABASE_URL": "postgres://portal:secret@database.example/portal",
    "REDIS_URL": "rediss://cache.example/0",
}


def lint() -> bool:
    typed = [name for name in TYPED if (ROOT / name).exists()]
    return all(
        (
            _passes("ruff check", ["-m", "ruff", "check", "--quiet", "."]),
            _passes("ruff format", ["-m", "ruff", "format", "--quiet", "--check", "."]),
            _passes("mypy", ["-m", "mypy", *typed], DEVELOPMENT),
            _passes("imports", ["-c", IMPORTS], DEVELOPMENT),
            _passes("templates", ["-m", "djlint", "templates", "--lint"]),
            _passes("template format", ["-m", "djlint", "templates", "--check"]),
            _passes("migrations", ["manage.py", "makemigrations", "--check"], DEVELOPMENT),
            _passes(
                "deployment",
                ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
                PRODUCTION,
            ),
        )
    )


def test() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        sqlite = {"DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3"}
        again = ["-m", "pytest", "-m", "not needs_postgres and not browser", "tests/deliveries"]
        return _passes("tests", ["-m", "pytest"]) and _passes("tests on SQLite", again, sqlite)


def _passes(
    name: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None
) -> bool:
    console.rule(f"[bold]{name}", align="left")
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        preexec_fn=processes.ends_with_parent(signal.SIGTERM),
    )
    code = process.wait()
    verdict = "passed" if code == 0 else "[red]FAILED[/red]"
    console.print(f"{verdict} after {time.monotonic() - started:.1f} s", highlight=False)
    return code == 0


if __name__ == "__main__":
    sys.exit(0 if lint() and (sys.argv[1:] == ["lint"] or test()) else 1)
