"""A line for people and a line for machines tell the same, and neither tells a secret."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO

import pytest

from portal.log_lines import JsonLine, Plain
from portal.redaction import Redacted
from tests.sandbox_process import ROOT

LINK = "link-" + "A" * 38


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, logging.Handler, StringIO]]:
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Redacted())
    logger = logging.getLogger("tests.log_lines")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, handler, written
    logger.removeHandler(handler)
    logger.propagate = True


def test_a_line_for_people_ends_with_its_facts(log) -> None:
    logger, handler, written = log
    handler.setFormatter(Plain())

    logger.warning("claimed", extra={"facts": {"orders": 64, "lanes": 3}})
    logger.warning("No facts in %s", "here")

    first, second = written.getvalue().splitlines()
    assert first.endswith(" WARNING tests.log_lines claimed orders=64 lanes=3")
    assert second.endswith(" WARNING tests.log_lines No facts in here")


def test_a_line_for_machines_is_one_object(log) -> None:
    logger, handler, written = log
    handler.setFormatter(JsonLine())

    logger.warning("claimed\n%s", "å", extra={"facts": {"orders": 64, "lane": None}})

    (line,) = written.getvalue().splitlines()
    told = json.loads(line)
    assert told.pop("at").endswith("+00:00")
    assert told == {
        "level": "WARNING", "logger": "tests.log_lines", "message": "claimed\nå",
        "orders": 64, "lane": None,
    }  # fmt: skip


@pytest.mark.parametrize("form", [Plain, JsonLine])
def test_neither_tells_a_secret_in_facts_or_tracebacks(log, form: type[Plain]) -> None:
    logger, handler, written = log
    handler.setFormatter(form())

    try:
        int(f"https://portal.example/i/{LINK}")
    except ValueError:
        logger.exception("At /i/%s", LINK, extra={"facts": {"path": f"/i/{LINK}", "lane": 7}})

    told = written.getvalue()
    assert LINK not in told
    assert told.count("/i/…") >= 3
    assert "Traceback" in told


def test_the_setting_chooses_the_form_for_the_whole_portal() -> None:
    process = subprocess.run(
        [sys.executable, "-c", "import django, logging; django.setup();"
         "logging.getLogger('integrations.x').info('leased', extra={'facts': {'lanes': 2}})"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "LOG_FORMAT": "json"},
        capture_output=True,
        check=True,
        text=True,
    )  # fmt: skip

    assert json.loads(process.stderr) == json.loads(process.stderr) | {
        "logger": "integrations.x", "message": "leased", "lanes": 2,
    }  # fmt: skip
