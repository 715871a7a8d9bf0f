"""The container files agree with each other and with the settings. No engine is needed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["web", "push", "worker", "scheduler", "migrate"]


def seconds(period: str) -> int:
    assert period.endswith("s")
    return int(period[:-1])


def test_one_image_serves_all_of_ours() -> None:
    assert {name: SERVICES[name]["image"] for name in OURS} == dict.fromkeys(OURS, "visma-portal")


@pytest.mark.parametrize("name", ["push", "worker"])
def test_a_worker_may_wait_for_its_answers(name: str) -> None:
    grace = seconds(SERVICES[name]["stop_grace_period"])
    longest = {"push": settings.VISMA_ERP_READ_TIMEOUT, "worker": settings.VISMA_READ_TIMEOUT}[name]

    assert grace >= longest.total_seconds() + settings.PUSH_LEASE.total_seconds()


def test_nothing_runs_as_root() -> None:
    assert re.findall(r"^USER (.+)$", DOCKERFILE, re.M) == ["10001"]
    assert {name for name in SERVICES if not SERVICES[name].get("user")} == set(OURS)


def test_everything_but_the_one_off_has_a_health_check() -> None:
    unchecked = {name for name, service in SERVICES.items() if "healthcheck" not in service}

    # The web server's stands in the image.
    assert unchecked == {"web"}
    assert "HEALTHCHECK" in DOCKERFILE


def test_every_queue_has_a_worker() -> None:
    queues = {
        queue
        for service in SERVICES.values()
        for queue in re.findall(r"-Q (\w+)", str(service.get("command")))
    }

    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert queues == routed | {"celery"}


def test_everything_copied_into_the_image_is_let_through() -> None:
    let_through = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.M)

    assert {"manage.py", "portal", "integrations", "templates", "static"} <= set(let_through)
    assert {name for name in let_through if not (ROOT / name).exists()} <= {"locale"}


def test_the_health_check_sees_a_server_that_answers(live_server: Any) -> None:
    port = live_server.url.rpartition(":")[2]

    assert checked(port) == 0


def test_the_health_check_sees_a_server_that_is_gone() -> None:
    assert checked("1") == 1


def checked(port: str) -> int:
    command = [sys.executable, "-m", "portal.healthcheck", port]
    return subprocess.run(command, cwd=ROOT, check=False, timeout=30).returncode
