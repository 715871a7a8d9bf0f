"""Where the demo's programs listen, and what they are told."""

from __future__ import annotations

import socket
from pathlib import Path

from demo import environment


def told(folder: Path) -> dict[str, str]:
    return environment.portal(
        folder, portal_url="http://127.0.0.1:8000", redis_url="unix:///s?db=0"
    )


def test_takes_the_next_port_when_one_is_in_use() -> None:
    first = environment.free_port()
    with socket.create_server(("127.0.0.1", first)):
        taken = environment.free_port(first)

    assert first < taken < first + 200


def test_keeps_its_secrets_for_the_next_run(tmp_path: Path) -> None:
    first, second = told(tmp_path), told(tmp_path)

    assert first == second
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600


def test_two_folders_share_no_secret(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()

    one, two = (told(folder) for folder in folders)

    assert one["SECRET_KEY"] != two["SECRET_KEY"]
    assert one["ENCRYPTION_KEYS"] != two["ENCRYPTION_KEYS"]


def test_help_is_asked_for_at_an_address_nobody_has(tmp_path: Path) -> None:
    assert told(tmp_path)["SUPPORT_EMAIL"].endswith(".example")


def test_a_developers_own_settings_have_no_say(tmp_path: Path) -> None:
    assert told(tmp_path)["DOTENV"] == "/dev/null"
