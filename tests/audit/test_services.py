"""A tenant's chain of what people did."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.utils import timezone

from integrations.audit.models import AuditChain, AuditEvent
from integrations.audit.services import chain as chains
from integrations.audit.services import event_digest, record, verification, verify
from integrations.audit.services.chain import _digest
from integrations.audit.services.forgetting import forget_field, forget_person
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
        {"seals": {}},
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


def test_one_field_can_be_forgotten_and_the_rest_still_shows_a_change(tenant: Tenant) -> None:
    now = timezone.now()
    record(
        tenant,
        "consent.granted",
        facts={},
        personal={"email": "a@b.test", "from": "10.0.0.7"},
        now=now,
    )
    record(
        tenant,
        "consent.granted",
        facts={},
        personal={"from": "10.0.0.8"},
        now=now + timedelta(days=1),
    )

    assert forget_field("from", before=now + timedelta(hours=1)) == 1

    first, second = AuditEvent.objects.order_by("number")
    assert first.personal == {"email": "a@b.test"}
    assert set(first.seals["from"]) == {"digest"}
    assert second.personal == {"from": "10.0.0.8"}
    assert verify(tenant) is None
    AuditEvent.objects.filter(number=1).update(personal={"email": "c@d.test"})
    assert verify(tenant) == 1


def test_a_person_is_forgotten_by_command(chain: Tenant) -> None:
    said = StringIO()
    call_command("forget_person", "fjordlys", "ola@fjordlys.test", stdout=said)

    assert said.getvalue() == "fjordlys: erased from 1 events\n"
    assert not AuditEvent.objects.filter(personal__email="ola@fjordlys.test").exists()
    assert verify(chain) is None
    with pytest.raises(CommandError, match="No event names this address"):
        call_command("forget_person", "fjordlys", "ola@fjordlys.test")
    with pytest.raises(CommandError, match="no tenant nobody"):
        call_command("forget_person", "nobody", "ola@fjordlys.test")


def test_a_person_can_be_forgotten_wherever_named(chain: Tenant) -> None:
    assert forget_person(chain, "email", "ola@fjordlys.test") == 1

    event = AuditEvent.objects.get(number=2)
    assert event.personal == {}
    assert "salt" not in event.seals["email"]
    assert verify(chain) is None


def test_a_name_put_back_in_place_of_a_forgotten_one_shows(chain: Tenant) -> None:
    forget_person(chain, "email", "ola@fjordlys.test")

    AuditEvent.objects.filter(number=2).update(personal={"email": "kari@fjordlys.test"})

    assert verify(chain) == 2


def test_a_name_that_nobody_sealed_shows(chain: Tenant) -> None:
    AuditEvent.objects.filter(number=1).update(personal={"email": "kari@fjordlys.test"})

    assert verify(chain) == 1


def test_an_event_from_before_each_field_had_its_salt_holds_and_shows_a_change(
    chain: Tenant,
) -> None:
    event = AuditEvent.objects.get(number=3)
    event.salt, event.seals, event.personal = "5a" * 16, {}, {"email": "ola@fjordlys.test"}
    event.personal_digest = _digest({"salt": event.salt, "personal": event.personal})
    event.digest = event_digest(event)
    event.save()
    AuditChain.objects.filter(tenant=chain).update(head=event.digest)

    assert verify(chain) is None
    AuditEvent.objects.filter(number=3).update(personal={"email": "kari@fjordlys.test"})
    assert verify(chain) == 3


def test_an_event_beyond_the_head_shows(chain: Tenant) -> None:
    last = AuditEvent.objects.get(number=3)
    extra = AuditEvent(
        tenant=chain, number=4, at=last.at, verb="consent.granted", previous=last.digest,
        personal_digest=_digest({}),
    )  # fmt: skip
    extra.digest = event_digest(extra)
    extra.save()

    assert verify(chain) == 5


def test_an_event_appended_during_the_walk_is_no_fault(
    chain: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, heads = chains._head, iter([True])

    def and_append(tenant: Tenant) -> tuple[int, str]:
        head = read(tenant)
        if next(heads, False):
            record(tenant, "member.added", facts={}, now=timezone.now())
        return head

    monkeypatch.setattr(chains, "_head", and_append)

    assert verify(chain) is None
    assert AuditEvent.objects.count() == 4


def test_a_short_chain_is_walked_for_the_page_and_a_long_one_told_of(
    chain: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()

    shown = verification.standing_of(chain, now=now)
    assert (shown.is_whole, shown.length, shown.checked_at) == (True, 3, now)

    AuditEvent.objects.filter(number=2).update(verb="consent.renewed")
    monkeypatch.setattr(verification, "AT_ONCE", 2)
    assert verification.standing_of(chain, now=now).is_whole
    verification.walk(chain, now=now)
    assert verification.standing_of(chain, now=now).broken_at == 2
    assert verification.broken_chains() == [chain]


def test_a_long_chain_that_nobody_walked_is_not_called_whole(
    chain: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "AT_ONCE", 2)

    shown = verification.standing_of(chain, now=timezone.now())

    assert (shown.is_whole, shown.checked_at, shown.broken_at) == (False, None, None)


def test_the_command_names_the_chain_that_was_altered(chain: Tenant) -> None:
    Tenant.objects.create(name="Granitt", slug="granitt")
    said, complained = StringIO(), StringIO()
    call_command("verify_audit", stdout=said)
    assert re.match(r"fjordlys: unbroken since 20\d\d-", said.getvalue())
    assert "granitt: no events" in said.getvalue()

    AuditEvent.objects.filter(number=2).delete()
    with pytest.raises(CommandError, match="Altered: fjordlys"):
        call_command("verify_audit", "fjordlys", stderr=complained)
    assert complained.getvalue() == "fjordlys: event 2 does not fit\n"

    with pytest.raises(CommandError, match="no tenant nobody"):
        call_command("verify_audit", "nobody")


def test_a_head_that_names_another_event_shows(chain: Tenant) -> None:
    AuditChain.objects.filter(tenant=chain).update(head="0" * 64)

    assert verify(chain) == 4
