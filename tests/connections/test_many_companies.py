"""Many companies at once: rows given, looked at in the background, gone on with, each with a word."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from integrations.connections import tasks
from integrations.connections.models import (
    Company,
    Connection,
    Incident,
    Integration,
    Invitation,
    ListedCompany,
    Quota,
)
from integrations.connections.services import company_rows, list_checks, listed, many_companies
from integrations.connections.services.company_rows import GivenCompany
from integrations.tenants.models import Member, Tenant, User
from tests.connections.conftest import NORDHANDEL, Person
from tests.intake.workbooks import workbook
from tests.sandbox_process import SandboxProcess
from tests.walker import heading

CLIENT = "isv_nordhandel_service"
SERVICE = "/t/fjordlys/companies/many/webshop-service/"
WEB = "/t/fjordlys/companies/many/webshop/"


@pytest.fixture(autouse=True)
def no_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests look themselves, when they want to."""
    monkeypatch.setattr(tasks, "ring_for_lists", lambda: None)


@pytest.fixture
def owner(member: User) -> Client:
    client = Client()
    client.force_login(member)
    return client


def states() -> list[tuple[int, str, str]]:
    rows = ListedCompany.objects.order_by("position")
    return [(row.position, row.fault or row.finding, row.given_id) for row in rows]


def approve(sandbox: SandboxProcess, tenant_id: str) -> None:
    sandbox.control("POST", "approvals", {"client_id": CLIENT, "tenant_id": tenant_id})
