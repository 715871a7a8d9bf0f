"""Invitation codes that lead nowhere, each with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.store import CODE, READ, enter, integrate
from tests.sandbox.visitor import SERVICE, Visitor
from tests.sandbox_process import SandboxProcess


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"expires_at": 1.0}, "This code has expired."),
        ({"withdrawn": True}, "The integrator has withdrawn this code."),
    ],
)
def test_a_code_that_leads_nowhere_says_why(
    sandbox: SandboxProcess, visitor: Visitor, members: dict[str, Any], sentence: str
) -> None:
    sandbox.control("POST", "codes", {"code": CODE, "client_id": SERVICE[0], **members})
    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])

    visitor.press(code=CODE)

    assert visitor.heading == "Find an application"
    assert sentence in visitor.shown.text


def test_an_unknown_code_is_said_to_be_unknown(sandbox: SandboxProcess, visitor: Visitor) -> None:
    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])

    visitor.press(code="WRONG")

    assert "We don&#x27;t know this code." in visitor.shown.text


def test_a_code_for_one_use_is_used_up_by_it(sandbox: SandboxProcess, visitor: Visitor) -> None:
    once = {"code": "ONCE", "client_id": SERVICE[0], "single_use": True}
    sandbox.control("POST", "codes", once)
    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])
    integrate(visitor, READ, code="ONCE")
    visitor.visit("/appstore/organisation")
    visitor.press(tenant_id=sandbox.company("Fjordlys Danmark ApS")["tenant_id"])

    visitor.press(code="ONCE")

    assert "This code has been used." in visitor.shown.text


def test_an_unpublished_application_isnt_found_by_its_code(
    sandbox: SandboxProcess, visitor: Visitor
) -> None:
    sandbox.control("POST", "applications", {"client_id": SERVICE[0], "store": "in_review"})
    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])

    visitor.press(code=CODE)

    assert "The application behind this code isn&#x27;t published." in visitor.shown.text


def test_a_code_runs_out_by_the_sandboxs_clock(sandbox: SandboxProcess, visitor: Visitor) -> None:
    sandbox.control("POST", "clock", {"advance": 5 * 24 * 3600 + 60})
    enter(visitor, sandbox.company("Fjordlys AS")["tenant_id"])

    visitor.press(code=CODE)

    assert "This code has expired." in visitor.shown.text
