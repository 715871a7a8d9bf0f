"""Every check of the project: ``python -m tests`` runs all, ``python -m tests lint`` no tests.

Two run at a time, each test run on servers of its own. What passed gets a line, what failed its
whole output.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from demo import processes

ROOT = Path(__file__).resolve().parent.parent
TYPED = ["portal", "integrations", "sandbox", "demo", "benchmarks", "chaos", "tests",
         "manage.py"]  # fmt: skip
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
AT_A_TIME = 2
# The outbox is tried on both databases.
ON_SQLITE = ["-m", "pytest", "-q", "-m", "not needs_postgres and not browser", "tests/deliveries"]


@dataclass(frozen=True, slots=True)
class Check:
    """A Python command line that ends with 0 when all is well."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


LINT = [
    Check("ruff check", ["-m", "ruff", "check", "."]),
    Check("ruff format", ["-m", "ruff", "format", "--check", "."]),
    Check("mypy", ["-m", "mypy", *TYPED], DEVELOPMENT),
    Check("import contracts", ["-c", IMPORTS], DEVELOPMENT),
    Check("templates", ["-m", "djlint", "templates", "--lint"]),
    Check("template format", ["-m", "djlint", "templates", "--check"]),
    Check("migrations", ["manage.py", "makemigrations", "--check"], DEVELOPMENT),
    Check("deployment", ["manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
]


def every_check(folder: str) -> list[Check]:
    """The longest first, so that no long one is left to run alone."""
    sqlite = {"DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3"}
    apart = {
        "tests of browsers": "tests/e2e",
        "tests of the sandbox": "tests/sandbox",
        "tests of the demo": "tests/demo",
    }
    others = [f"--ignore={path}" for path in apart.values()]
    return [
        Check("tests", ["-m", "pytest", "-q", *others]),
        *(Check(name, ["-m", "pytest", "-q", path]) for name, path in apart.items()),
        Check("tests of the outbox on SQLite", ON_SQLITE, sqlite),
        *LINT,
    ]


def run(checks: Sequence[Check], console: Console) -> bool:
    """Runs the checks, some beside each other; whether every one passed."""
    waiting = iter(checks)

    def work() -> bool:
        # Each thread lives as long as what it started, as `ends_with_parent` needs it.
        verdicts = [_passes(check, console) for check in waiting]
        return all(verdicts)

    with ThreadPoolExecutor(AT_A_TIME) as threads:
        workers = [threads.submit(work) for _ in range(AT_A_TIME)]
    return all(worker.result() for worker in workers)


def _passes(check: Check, console: Console) -> bool:
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        process = subprocess.Popen(
            [sys.executable, *check.arguments],
            cwd=ROOT,
            env={**os.environ, **check.environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=processes.ends_with_parent(signal.SIGTERM),
        )
        code = process.wait()
        output.seek(0)
        said = output.read().strip()
    took = f"{time.monotonic() - started:.1f} s"
    last = said.rpartition("\n")[2] if "pytest" in check.arguments else ""
    if code:
        console.out(f"\nFAILED {check.name}, {took}\n{said}\n", style="red", highlight=False)
    else:
        console.out(f"passed {check.name}, {took}  {last}".rstrip(), highlight=False)
    return code == 0


def main() -> int:
    processes.adopt_orphans()
    with tempfile.TemporaryDirectory() as folder:
        checks = LINT if sys.argv[1:] == ["lint"] else every_check(folder)
        passed = run(checks, Console())
    processes.bury_orphans()
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
