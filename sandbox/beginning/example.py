"""The settings file that documents them all and changes nothing."""

from __future__ import annotations

import json
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sandbox.switches import Switches

BEFORE = """\
# Every setting of the sandbox with its default. Start it with
#   python -m sandbox --settings sandbox.toml
# or name the file in SANDBOX_SETTINGS. The command line has the last word.
# Names of files are relative to where the sandbox is started.

host = "127.0.0.1"
port = 8100                 # 0 picks a free one
public_url = ""             # as a browser reaches it; empty: http://localhost:<port>
seed = 0                    # other ids, other chances
demo_world = true           # false begins without companies, people and applications
redirect_uris = []          # registered, exactly, for the demo's Web application
redirect_uri_prefixes = []  # also take redirect URIs that begin so (Visma compares exactly)
scenarios = []              # files with [[faults]] and [switches]
state = ""                  # a state that was saved: python -m sandbox --state state.json

# States that can be restored by name, from files.
[snapshots]
# after-consent = "after-consent.json"

# How the sandbox decides where Visma's behaviour is not known: see docs/sandbox-fidelity.md.
[switches]
"""
AFTER = """\

# What is added to the demo world, or changes the members named of what has the same key.
# Companies go by tenant_id (without one a new company is made), applications by client_id,
# users by email, codes by code.

# [[companies]]
# tenant_id = "7d9f6a51-6f0e-4b4e-9a3c-2f0a6f3b9c11"
# name = "Havblikk AS"
# country = "NO"
# currency = "NOK"
# creates_unknown = false   # true: an order may name customers and items that there are not
# [companies.customers]     # by number: a name, or members
# 500 = "Bua"
# 501 = { name = "Brygga", status = "Inactive" }
# [companies.items]
# T-1 = "Rope"
# T-2 = { description = "Tar", price = 79.5, unit = "STK" }

# [[applications]]
# client_id = "isv_havblikk"
# name = "Havblikk Orders"
# kind = "web"              # or "service"
# client_secret = "only-for-tests"
# redirect_uris = ["http://localhost:8000/callback"]
# scopes = ["openid", "email", "offline_access", "visma.net.erp.salesorder:write"]
# token_minutes = 60

# [[users]]
# email = "eli@havblikk.example"
# password = "sandbox"
# [users.roles]             # by tenant id
# 7d9f6a51-6f0e-4b4e-9a3c-2f0a6f3b9c11 = ["API User"]

# [[codes]]
# code = "HAV-0001"
# client_id = "isv_havblikk"

# [[approvals]]
# client_id = "isv_nordhandel_service"
# tenant_id = "7d9f6a51-6f0e-4b4e-9a3c-2f0a6f3b9c11"

# Rate limits. One table takes the place of all that the sandbox has of its own.
# [[policies]]
# name = "4-fixed-window"
# calls = "rate_limit"      # a number, or the name of a switch that holds it
# window = "rate_window"    # seconds, likewise
# paths = ["/v1/*", "/api/v3/*"]

# Faults that wait from the start: see docs/sandbox.md.
# [[faults]]
# on = "salesorders.post"
# steps = ["ok", "commit_then_drop", { do = "status", status = 503, count = 2 }]
# repeat = true
"""


def example_settings() -> str:
    defaults, hints = Switches().as_dict(), get_type_hints(Switches)
    lines = [f"{name} = {_written(defaults[name])}{_choices(hints[name])}" for name in hints]
    return BEFORE + "\n".join(lines) + "\n" + AFTER


def _written(value: Any) -> str:
    """As TOML, which here is as JSON."""
    return json.dumps(value, ensure_ascii=False)


def _choices(hint: Any) -> str:
    if get_origin(hint) is not Literal:
        return ""
    return "  # " + " or ".join(_written(choice) for choice in get_args(hint))
