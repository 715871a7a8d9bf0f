"""A tenant's chain of what people did."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from integrations.audit.models import AuditChain, AuditEvent
from integrations.audit.services import record, verify
from integrations.tenants.models import Tenant


@pytest.fixture
def chain(tenant: Tenant) -> Tenant:
    """Three events, the second with a person in it."""
    now = timezone.now()
    record(tenant, "invitation.made", facts={"invitation": "1"}, now=now)
    record(
        tenant,
        "consent.granted",
        facts={"scopes": ["a", "b"], "text": "Les ordrer – ja"},
        personal={"email": "ola@fjordlys.test"},
        now=now,
    )
    record(tenant, "connection.connected", facts={"connection": 1}, now=now)
    return tenant


def test_an_untouched_chain_holds(chain: Tenant) -> None:
    assert verify(chain) is None
    assert [event.number for event in AuditEvent.objects.all()] == [1, 2, 3]


def test_a_tenant_without_events_has_a_whole_chain(tenant: Tenant) -> None:
    assert verify(tenant) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": {"scopes": ["a"]}},
        {"verb": "invitation.made"},
        {"at": timezone.now()},
        {"personal": {"email": "kari@fjordlys.test"}},
        {"personal_digest": "0" * 64},
        {"digest": "0" * 64},
        {"previous": "0" * 64},
    ],
)
def test_a_changed_event_shows(chain: Tenant, changes: dict[str, Any]) -> None:
    AuditEvent.objects.filter(number=2).update(**changes)

    assert verify(chain) in (2, 3)


@pytest.mark.parametrize(("number", "broken"), [(1, 1), (2, 2), (3, 3)])
def test_a_missing_event_shows(chain: Tenant, number: int, broken: int) -> None:
    AuditEvent.objects.filter(number=number).delete()

    assert verify(chain) == broken


def test_an_event_of_another_tenant_doesnt_fit(chain: Tenant) -> None:
    other = Tenant.objects.create(name="Other", slug="other")
    record(other, "invitation.made", facts={"invitation": "1"}, now=timezone.now())
    AuditEvent.objects.filter(tenant=chain).delete()
    AuditEvent.objects.filter(tenant=other).update(tenant=chain)

    assert verify(chain) == 1


def test_a_chain_without_its_head_shows(chain: Tenant) -> None:
    AuditChain.objects.filter(tenant=chain).delete()

    assert verify(chain) == 4


def test_erased_names_leave_the_chain_whole(chain: Tenant) -> None:
    AuditEvent.objects.filter(number=2).update(personal={})

    assert verify(chain) is None


def test_writers_at_once_make_one_chain(transactional_db: None) -> None:
    tenant = Tenant.objects.create(name="Fjordlys", slug="fjordlys")
    errors: list[Exception] = []

    def write() -> None:
        try:
            for number in range(5):
                record(tenant, "orders.accepted", facts={"n": number}, now=timezone.now())
        except Exception as error:
            errors.append(error)
        finally:
            database.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()

    assert errors == []
    assert AuditEvent.objects.filter(tenant=tenant).count() == 20
    assert verify(tenant) is None
