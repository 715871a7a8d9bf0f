"""The settings file: what it can say, and how it is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from sandbox.beginning.example import example_settings
from sandbox.beginning.lines import Lines
from sandbox.settings import Settings, read_arguments
from sandbox.switches import Switches
from tests.sandbox.conftest import Api, order
from tests.sandbox_process import ROOT, start_sandbox

EXAMPLE = ROOT / "examples" / "sandbox.toml"
FULL = """\
seed = 7
redirect_uris = ["http://localhost:8000/callback"]

[switches]
list_lag = 2.5
filter_match = "prefix"

[[companies]]
tenant_id = "7d9f6a51-6f0e-4b4e-9a3c-2f0a6f3b9c11"
name = "Havblikk AS"
tax_percent = 12.5
[companies.customers]
500 = "Bua"
501 = { name = "Brygga", status = "Inactive" }
[companies.items]
T-1 = "Rope"

[[applications]]
client_id = "isv_havblikk"
client_secret = "only-for-tests"
scopes = ["visma.net.erp.salesorder:write", "visma.net.erp.salesorder:read"]

[[users]]
email = "eli@havblikk.example"
[users.roles]
7d9f6a51-6f0e-4b4e-9a3c-2f0a6f3b9c11 = ["API User"]

[[codes]]
code = "HAV-0001"
client_id = "isv_havblikk"

[[approvals]]
client_id = "isv_havblikk"
tenant_id = "7d9f6a51-6f0e-4b4e-9a3c-2f0a6f3b9c11"

[[policies]]
name = "9-fixed-window"
calls = 3
paths = ["/api/v3/*"]

[[faults]]
on = "salesorders.post"
steps = ["ok", "unauthorized"]
"""
BAD = """\
# Comments and blank lines count.
hots = "127.0.0.1"
port = 70000
seed = "seven"

[switches]
filter_match = "regex"
list_lag = -1
no_such = true

[[companies]]
name = "Havblikk AS"
tax_percentage = 1
creates_unknown = "yes"

[[companies]]
name = "Havn AS"
[companies.customers]
500 = { nam = "Bua" }

[[policies]]
name = "x"
calls = -1
paths = []

[[faults]]
do = "hang"
secnds = 3
count = 0

[[faults]]
steps = [
  "ok",
  { do = "explode" },
]
"""


def ended(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", "0", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def written(folder: Path, text: str, name: str = "sandbox.toml") -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def test_the_example_loads_and_is_the_defaults() -> None:
    settings = read_arguments(["--settings", str(EXAMPLE)])

    assert settings.document is not None
    assert settings.complaints == ()
    assert settings.document.content["switches"] == Switches().as_dict()
    named = {name: getattr(settings, name) for name in ("host", "port", "seed", "demo_world")}
    assert named == {name: getattr(Settings(), name) for name in named}


def test_the_example_is_what_the_sandbox_prints() -> None:
    assert EXAMPLE.read_text() == example_settings()
    assert ended("--print-settings").stdout == example_settings()


def test_what_the_example_has_in_comments_works(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text().partition("# What is added")[2].splitlines()[4:]
    table = "\n".join(line.removeprefix("# ") for line in lines if not line.startswith("# Rate"))
    shown = table.replace("Faults that wait from", "# Faults that wait from")
    shown = shown.replace("One table takes", "# One table takes")
    tomllib.loads(shown)

    with start_sandbox("--settings", written(tmp_path, shown)) as sandbox:
        assert sandbox.company("Havblikk AS")["customers"] == ["500", "501"]


def test_a_file_says_all_that_there_is(tmp_path: Path) -> None:
    with start_sandbox("--settings", written(tmp_path, FULL)) as sandbox:
        company = sandbox.company("Havblikk AS")
        mode = sandbox.control("GET", "mode")
        api = Api(
            sandbox, company["tenant_id"], sandbox.token("isv_havblikk", company["tenant_id"])
        )
        posted = [
            api.post(order(customer={"id": "500"}, orderLines=[])).status_code for _ in range(4)
        ]
        sandbox.reset()

        assert (mode["seed"], mode["switches"]["list_lag"], mode["faults"]) == (7, 2.5, 1)
        assert posted == [201, 401, 201, 201]
        assert sandbox.company("Havblikk AS") == company
        assert sandbox.control("GET", "mode")["faults"] == 1
        codes = [one["code"] for one in sandbox.world()["invitation_codes"]]
        assert "HAV-0001" in codes


def test_the_command_line_has_the_last_word(tmp_path: Path) -> None:
    file = written(tmp_path, 'port = 1\nseed = 3\npublic_url = "https://one.example/"\n')

    settings = read_arguments(["--settings", file, "--port", "2"])

    assert (settings.port, settings.seed) == (2, 3)
    assert settings.public_url == "https://one.example"


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_SETTINGS", written(tmp_path, "seed = 9\n"))

    assert read_arguments([]).seed == 9


def test_a_world_may_begin_empty(tmp_path: Path) -> None:
    with start_sandbox("--settings", written(tmp_path, "demo_world = false\n")) as sandbox:
        world = sandbox.world()

    assert (world["companies"], world["users"], world["applications"]) == ([], [], [])


def test_all_that_is_wrong_is_said_at_once_with_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, BAD)

    done = ended("--settings", file)

    said = [line.removeprefix(f"{file}:") for line in done.stderr.splitlines()]
    assert done.returncode == 2
    assert done.stdout == ""
    lines = " ".join(line.partition(":")[0] for line in said)
    assert lines == "2 3 4 7 8 9 13 14 19 23 28 29 32"
    assert said[:6] == [
        "2: There is no setting 'hots'; did you mean 'host'?",
        "3: 'port' is from 0 to 65535",
        "4: 'seed' is a whole number",
        "7: The switch 'filter_match' takes 'contains' or 'prefix'",
        "8: The switch 'list_lag' takes a number from 0 up",
        "9: There is no switch named 'no_such'",
    ]
    assert said[-1].startswith("32: Step 2: 'do' is one of ok,")


def test_a_file_that_is_no_toml_has_its_line(tmp_path: Path) -> None:
    file = written(tmp_path, "port = 1\n\nseed = \n")

    done = ended("--settings", file)

    assert done.returncode == 2
    assert done.stderr.startswith(f"{file}:3: Invalid value")


def test_a_file_that_is_not_there_is_named() -> None:
    done = ended("--settings", "/nowhere/sandbox.toml")

    assert done.returncode == 2
    assert done.stderr == "/nowhere/sandbox.toml: No such file or directory\n"


def test_scenarios_are_read_and_refused_alike(tmp_path: Path) -> None:
    good = written(tmp_path, '[[faults]]\ndo = "hang"\nrepeat = true\n', "good.toml")
    other = written(tmp_path, "[switches]\nlist_lag = 1\n", "other.toml")
    bad = written(tmp_path, '[[faults]]\ndo = "explode"\n\n[[users]]\n', "bad.toml")

    with start_sandbox("--scenario", good, "--scenario", other) as sandbox:
        mode = sandbox.control("GET", "mode")
    done = ended("--scenario", good, "--scenario", bad)

    assert (mode["faults"], mode["switches"]["list_lag"]) == (1, 1)
    assert done.returncode == 2
    assert [line.removeprefix(f"{bad}:")[:30] for line in done.stderr.splitlines()] == [
        "2: 'do' is one of ok, commit_t",
        "4: There is no setting 'users'",
    ]


def test_snapshots_can_be_named(tmp_path: Path) -> None:
    with start_sandbox() as sandbox:
        sandbox.control("POST", "companies", {"name": "Havblikk AS"})
        state = sandbox.control("GET", "state")
    written(tmp_path, json.dumps(state), "after.json")
    file = written(tmp_path, f'[snapshots]\nlater = "{tmp_path}/after.json"\n')

    with start_sandbox("--settings", file) as sandbox:
        before = [one["name"] for one in sandbox.world()["companies"]]
        sandbox.restore("later")
        after = [one["name"] for one in sandbox.world()["companies"]]

    assert after == [*before, "Havblikk AS"]


def test_lines_are_found_whatever_is_between() -> None:
    text = '''\
title = """
[[companies]]
name = "not a key"
"""
steps = [
  "ok", # ]
  { do = "x" },
]
a.b = 1
"quoted key" = 2

[[companies]]
name = 'one'
  [companies.customers] # of one
  500 = "Bua"
[[companies]]
[companies.customers]
500 = "Bua [not a table]"
[outer.inner]
deep = 1
'''
    lines = Lines(text)

    assert lines.of("title") == 1
    assert lines.of("a", "b") == 9
    assert lines.of("quoted key") == 10
    assert lines.of("companies", 0, "name") == 13
    assert lines.of("companies", 0, "customers", "500") == 15
    assert lines.of("companies", 1) == 16
    assert lines.of("companies", 1, "customers", "500", "nam") == 18
    assert lines.of("outer", "inner", "deep") == 20
    assert lines.of("nowhere") == 1
