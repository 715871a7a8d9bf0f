"""Order numbers of ours: a series per connection, which staff switch on with the company's consent.

An order that brings its number can be asked for by it, and a company that refuses a number it has
already can't take an order twice.
"""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from integrations.audit.services import record
from integrations.connections.models import Connection
from integrations.tenants.models import User

LONGEST = 15
DIGITS = 6
PREFIX = re.compile(r"[A-Z0-9]{1,6}")


class PrefixTaken(ValueError):
    """Another connection to the same company numbers its orders with this prefix."""


@transaction.atomic
def switch_on(connection: Connection, *, prefix: str, by: User, now: datetime) -> None:
    """Number orders from now on. Those that were sent before keep the number they had or got.

    Raises ValueError for a prefix that is not one to six capital letters and digits, PrefixTaken
    where another connection to the company has it.
    """
    if not PREFIX.fullmatch(prefix):
        raise ValueError("A prefix is one to six capital letters and digits.")
    if _taken(connection, prefix):
        raise PrefixTaken(prefix)
    Connection.objects.filter(pk=connection.pk).update(own_numbers=True, number_prefix=prefix)
    _record(connection, "connection.own_numbers_on", by, now, prefix=prefix)


@transaction.atomic
def switch_off(connection: Connection, *, by: User, now: datetime) -> None:
    """Leave the numbers to the company again. The counter is kept: no number is given twice."""
    if Connection.objects.filter(pk=connection.pk, own_numbers=True).update(own_numbers=False):
        _record(connection, "connection.own_numbers_off", by, now)


def take(connection: Connection, count: int) -> list[str]:
    """The next numbers of the connection's series; theirs once the transaction commits."""
    rows = Connection.objects.filter(pk=connection.pk)
    rows.update(next_number=F("next_number") + count)
    prefix, after = rows.values_list("number_prefix", "next_number").get()
    return [f"{prefix}{number:0{DIGITS}}" for number in range(after - count, after)]


def note_repeat_refused(connection: Connection, *, now: datetime) -> None:
    """The company was seen to refuse a number that it had already."""
    Connection.objects.filter(pk=connection.pk).update(
        repeats_refused_at=Coalesce("repeats_refused_at", now)
    )


def _taken(connection: Connection, prefix: str) -> bool:
    """Prefixes that were used once stay taken: orders with their numbers are in the company."""
    others = Connection.objects.exclude(pk=connection.pk).filter(number_prefix=prefix)
    company = connection.company
    same = others.filter(company__context_id=company.context_id).exclude(company__context_id="")
    if company.visma_tenant_id is not None:
        same = same | others.filter(company__visma_tenant_id=company.visma_tenant_id)
    return same.exists()


def _record(connection: Connection, verb: str, by: User, now: datetime, **facts: str) -> None:
    record(
        connection.company.tenant,
        verb,
        facts={"connection": connection.pk, "by": by.pk, **facts},
        now=now,
    )
