"""A portal that lets members sign in with Visma, and somebody with a browser before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.test import Client
from django.utils import timezone

from integrations.connections.models import Application
from integrations.signin.models import VismaUser
from integrations.tenants.models import User
from tests.connections.conftest import application, evil
from tests.connections.evil_connect import PERSON, EvilConnect
from tests.sandbox_process import SandboxProcess
from tests.walker import heading, walk_consent

__all__ = ["application", "evil"]
NORDHANDEL = "nordhandel@fjordlys.example"


@dataclass
class Visitor:
    """Cookies for the portal, and others for Visma."""

    client: Client = field(default_factory=Client)
    session: requests.Session = field(default_factory=requests.Session)
    shown: Any = None

    def to_visma(self, path: str = "/signin/visma/", **fields: str) -> str:
        answer = self.client.post(path, fields)
        assert answer.status_code == 303, answer.content
        return str(answer["Location"])

    def at_sandbox(self, address: str, email: str = NORDHANDEL, **walk: Any) -> str:
        """Sign in there; the callback's path and query, not visited."""
        return "/" + walk_consent(self.session, address, email, **walk).split("/", 3)[3]

    def at_evil(self, **fields: str) -> str:
        """The same at the server that may lie."""
        answer = requests.get(self.to_visma(**fields), allow_redirects=False, timeout=10)
        parts = urlsplit(answer.headers["Location"])
        return f"{parts.path}?{parts.query}"

    def get(self, path: str) -> str:
        """The heading of the page this leads to."""
        self.shown = self.client.get(path, follow=True)
        return heading(self.shown.content.decode())

    def who(self) -> str | None:
        """Who is signed in, by address."""
        key = self.client.session.get("_auth_user_id")
        return User.objects.get(pk=key).email if key else None


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.fixture
def offered(application: Application, settings: Any) -> Application:
    """Signing in with Visma is switched on, over this application."""
    settings.VISMA_SIGN_IN_APPLICATION = application.slug
    return application


@pytest.fixture
def at_visma(offered: Application, sandbox: SandboxProcess) -> SandboxProcess:
    return sandbox


@pytest.fixture
def linked(offered: Application, evil: EvilConnect, member: User) -> VismaUser:
    """Fjordlys' owner, whose Visma user is the one the server that may lie speaks of."""
    return VismaUser.objects.create(
        user=member, issuer=evil.issuer, subject=PERSON, linked_at=timezone.now()
    )


def link_to_sandbox(user: User, sandbox: SandboxProcess, email: str = NORDHANDEL) -> VismaUser:
    people = sandbox.world()["users"]
    (sub,) = [one["sub"] for one in people if one["email"] == email]
    return VismaUser.objects.create(
        user=user, issuer=sandbox.url, subject=sub, linked_at=timezone.now()
    )
