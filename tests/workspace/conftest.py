"""Fjordlys with a company that works, its stranger Granitt, and their people signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from integrations.connections.models import Connection
from integrations.tenants.models import Member, Tenant, User
from tests.workspace.seeds import make_connection


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def owner(member: User) -> Client:
    return signed_in(member)


@pytest.fixture
def reader(tenant: Tenant) -> Client:
    user = User.objects.create_user("liv@fjordlys.test", "correct horse battery")
    Member.objects.create(tenant=tenant, user=user, role=Member.Role.READER)
    return signed_in(user)


@pytest.fixture
def staff_client(staff: User) -> Client:
    return signed_in(staff)


@pytest.fixture
def stranger(db: None) -> Tenant:
    """Another tenant, with an owner of its own."""
    tenant = Tenant.objects.create(name="Granitt", slug="granitt")
    user = User.objects.create_user("bo@granitt.test", "correct horse battery")
    Member.objects.create(tenant=tenant, user=user)
    return tenant


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    return make_connection(tenant)
