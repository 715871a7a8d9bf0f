"""The pages under /switches: all that the control API does, by clicking."""

from __future__ import annotations

import re
from html import unescape

import pytest
import requests

from sandbox.faults.scripts import DEEDS
from sandbox.switches import Switches
from tests.sandbox.conftest import Api, order
from tests.sandbox_process import SandboxProcess

PAGES = ["", "/faults", "/state", "/witness"]


def shown(sandbox: SandboxProcess, page: str = "", **query: str) -> str:
    answer = requests.get(f"{sandbox.url}/switches{page}", params=query, timeout=10)
    assert answer.status_code == 200
    return answer.text


def send(sandbox: SandboxProcess, address: str, **form: str) -> str:
    """Send a form and return the page that comes."""
    answer = requests.post(
        f"{sandbox.url}/switches{address}",
        data=form,
        headers={"Origin": sandbox.url},
        timeout=10,
    )
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.mark.parametrize("tab", PAGES)
def test_each_page_has_a_heading_and_labels_for_all(sandbox: SandboxProcess, tab: str) -> None:
    text = shown(sandbox, tab)

    names = re.findall(r'<(?:input|select|textarea) id="([^"]+)"', text)
    assert len(re.findall("<h1>", text)) == 1
    assert set(names) <= set(re.findall(r'<label for="([^"]+)"', text))
    assert len(names) == len(set(names))
    assert "<script" not in text
    assert 'aria-current="page"' in text


def test_every_switch_is_there_with_its_choices(sandbox: SandboxProcess) -> None:
    text = shown(sandbox)

    for name, value in Switches().as_dict().items():
        assert f'id="{name}"' in text, name
        chosen = str(value).lower() if isinstance(value, bool) else str(value)
        assert f'value="{chosen}"' in text, name


def test_a_switch_can_be_set_and_set_back(sandbox: SandboxProcess) -> None:
    def value() -> object:
        return sandbox.control("GET", "mode")["switches"]["filter_match"]

    said = send(sandbox, "", filter_match="prefix", list_lag="2.5")
    assert "Set: filter_match, list_lag." in said
    assert "Turned from their defaults: " in said
    assert value() == "prefix"

    assert "All switches are as they come." in send(sandbox, "/defaults")
    assert value() == "contains"


def test_a_value_that_cannot_be_is_told(sandbox: SandboxProcess) -> None:
    assert "List lag takes a number." in send(sandbox, "", list_lag="soon")
    assert "takes a number from 0 up" in send(sandbox, "", list_lag="-1")


def test_a_fault_is_added_seen_played_and_removed(norway: Api) -> None:
    sandbox = norway.sandbox
    form = {"do": "status", "on": "salesorders.post", "count": "1", "status": "502", "more": ""}
    assert "The fault waits for its request." in send(sandbox, "/faults", **form)
    send(sandbox, "/faults", do="ok", steps="ok commit_then_drop", on="token", repeat="on")

    assert norway.post(order()).status_code == 502
    text = shown(sandbox, "/faults")
    waiting, _, used = text.partition("Used up")
    assert "commit_then_drop" in waiting
    assert "status 502" in used

    assert "No fault waits any more." in send(sandbox, "/faults/remove", id="all")
    assert sandbox.control("GET", "faults")["faults"] == []


def test_every_deed_can_be_chosen_with_what_it_does(sandbox: SandboxProcess) -> None:
    text = unescape(shown(sandbox, "/faults"))

    for name, said in DEEDS.items():
        assert f"{name}: {said}" in text


def test_a_fault_that_cannot_be_read_is_told(sandbox: SandboxProcess) -> None:
    form = {"do": "status", "from": "/switches/faults"}

    assert "'status' is from 200 to 599." in send(sandbox, "/faults", status="999", **form)
    assert "Numbers are numbers" in send(sandbox, "/faults", more="{", **form)


def test_the_clock_moves_and_stops(sandbox: SandboxProcess) -> None:
    send(sandbox, "/state/clock", what="freeze")
    send(sandbox, "/state/clock", what="move", advance="3600")
    clock = sandbox.control("GET", "clock")
    assert clock["frozen"]
    assert 3590 < clock["offset"] <= 3600

    send(sandbox, "/state/clock", what="real")
    assert sandbox.control("GET", "clock")["offset"] == 0
    assert "Type a number of seconds." in send(
        sandbox, "/state/clock", what="move", advance="x", **{"from": "/switches/state"}
    )


def test_a_state_is_saved_restored_and_deleted(norway: Api) -> None:
    sandbox = norway.sandbox
    norway.post(order())
    assert "Saved as <before>." in send(sandbox, "/state/save", name="<before>")
    assert "The sandbox is as it began." in send(sandbox, "/state/reset")
    assert sandbox.verdict()["orders"] == 0

    send(sandbox, "/state/use", name="<before>", what="restore")
    assert norway.numbers == ["000001"]
    assert "is deleted." in send(sandbox, "/state/use", name="<before>", what="delete")


def upload(sandbox: SandboxProcess, content: bytes) -> str:
    answer = requests.post(
        f"{sandbox.url}/switches/state/upload",
        files={"state": ("state.json", content, "application/json")},
        headers={"Origin": sandbox.url},
        timeout=10,
    )
    assert answer.status_code == 200
    return unescape(answer.text)


def test_a_downloaded_state_can_be_uploaded(norway: Api) -> None:
    sandbox = norway.sandbox
    norway.post(order())
    kept = requests.get(f"{sandbox.url}/_control/state", timeout=10).content
    sandbox.reset()

    assert "goes on from the state of the file." in upload(sandbox, kept)

    assert norway.numbers == ["000001"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "This is not JSON"),
        (b"\xff\xfe", "This is not JSON"),
        (b"[" * 100_000, "This is not JSON"),
        (b"{}", "This is not the state of a sandbox"),
        (b'{"format": "sandbox state", "version": 7}', "The state is of version 7"),
        (b'{"format": "sandbox state", "version": 1, "state": {}}', "differ in what they hold"),
    ],
)
def test_a_file_that_is_no_state_is_refused_with_the_reason(
    norway: Api, content: bytes, reason: str
) -> None:
    norway.post(order())

    assert reason in upload(norway.sandbox, content)

    assert norway.numbers == ["000001"]


def test_the_witness_shows_what_came(norway: Api) -> None:
    norway.sandbox.fault("cut_headers")
    norway.post(order("<b>WEB</b>"))

    text = shown(norway.sandbox, "/witness")

    assert "&lt;b&gt;WEB&lt;/b&gt;" in text
    assert "SO/000001" in text
    assert "cut" in text


@pytest.mark.parametrize(
    "address", ["", "/defaults", "/faults", "/state/reset", "/state/save", "/state/upload"]
)
def test_a_page_of_another_site_may_not_press(sandbox: SandboxProcess, address: str) -> None:
    answer = requests.post(
        f"{sandbox.url}/switches{address}",
        data={"list_lag": "9"},
        headers={"Origin": "https://evil.example"},
        timeout=10,
    )

    assert answer.status_code == 403
    assert sandbox.control("GET", "mode")["switches"]["list_lag"] == 0
