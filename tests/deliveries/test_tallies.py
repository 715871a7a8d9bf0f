"""Orders are counted by what changes them: right at any moment, and no table is counted for it."""

from __future__ import annotations

from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery, Tally
from integrations.deliveries.services import tallies
from integrations.orders.models import SalesOrder
from tests.workspace.conftest import connection
from tests.workspace.seeds import make_delivery, make_history, make_look

__all__ = ["connection"]

only_postgresql = pytest.mark.skipif(
    "database.vendor != 'postgresql'", reason="SQLite has no statement triggers"
)


def counted() -> Counter[tuple[str, str]]:
    return Counter(Delivery.objects.order_by().values_list("state", "reason"))


def test_tells_every_state_as_the_table_has_it(connection: Connection) -> None:
    make_history(connection, now=timezone.now())

    assert tallies.sums().orders == counted()
    assert tallies.sums().of_state("parked") == Delivery.objects.filter(state="parked").count() > 1


def test_a_statement_over_many_orders_adds_a_row_for_each_state(connection: Connection) -> None:
    for _ in range(5):
        make_delivery(connection)
    make_delivery(connection, "rejected")
    before = Tally.objects.count()

    Delivery.objects.update(state="cancelled", reason="")
    Delivery.objects.update(charged=1)

    rows = list(Tally.objects.order_by("pk").values_list("name", "change"))[before:]
    if database.vendor == "postgresql":
        assert sorted(rows) == [("cancelled", 6), ("pending", -5), ("rejected", -1)]
    assert tallies.sums().orders == {("cancelled", ""): 6}


def test_what_is_rolled_back_is_not_counted(connection: Connection) -> None:
    make_delivery(connection)
    with transaction.atomic():
        Delivery.objects.update(state="cancelled")
        transaction.set_rollback(True)

    assert tallies.sums().orders == {("pending", ""): 1}


def test_deleted_orders_leave_the_count_and_their_looks_stay(connection: Connection) -> None:
    doubted = make_delivery(connection, "uncertain")
    make_look(doubted, "miss", at=timezone.now())
    make_look(doubted, "hit", at=timezone.now())
    make_delivery(connection)
    looks = tallies.sums().looks

    SalesOrder.objects.filter(delivery=doubted).delete()

    assert looks == {("miss", ""): 1, ("hit", ""): 1}
    assert tallies.sums().orders == {("pending", ""): 1}
    if database.vendor == "postgresql":
        assert tallies.sums().looks == looks


def test_folding_changes_no_sum_and_leaves_few_rows(connection: Connection) -> None:
    make_history(connection, now=timezone.now())
    tallies.add(Tally.Subject.PHASE, {"claim": 1_000, "wait": 2_000_000, "look": 0})
    for _ in range(60):
        tallies.add(Tally.Subject.PHASE, {"claim": 5, "settle": 7})
    before = tallies.sums()

    tallies.keep(now=timezone.now())

    assert tallies.sums() == before
    assert before.phases == {("claim", ""): 1_300, ("wait", ""): 2_000_000, ("settle", ""): 420}
    assert Tally.objects.count() == len({*before.phases}) + (
        len(before.orders) + len(before.looks) if database.vendor == "postgresql" else 0
    )


def test_a_few_rows_are_left_alone(connection: Connection) -> None:
    tallies.add(Tally.Subject.PHASE, {"claim": 1})
    tallies.add(Tally.Subject.PHASE, {"claim": 1})
    kept = set(Tally.objects.values_list("pk", flat=True))

    tallies.keep(now=timezone.now())

    assert set(Tally.objects.values_list("pk", flat=True)) == kept


def test_the_sweep_tells_when_it_came_round(db: None) -> None:
    first, second = timezone.now(), timezone.now()
    assert tallies.swept_at() is None

    tallies.keep(now=first)
    tallies.keep(now=second)

    assert tallies.swept_at() == second


@only_postgresql
def test_the_check_names_what_differs_and_mends_it_on_request(connection: Connection) -> None:
    make_history(connection, now=timezone.now())
    Tally.objects.create(subject="order", name="delivered", change=-3)
    Tally.objects.create(subject="order", name="parked", reason="differs", change=2)
    out = StringIO()

    with pytest.raises(CommandError, match="--mend"):
        call_command("check_tallies", stdout=out)
    assert out.getvalue().splitlines() == ["delivered: 3 too few", "parked differs: 2 too many"]

    call_command("check_tallies", "--mend", stdout=out)
    assert tallies.sums().orders == counted()
    out.truncate(0)
    call_command("check_tallies", stdout=out)
    assert "The tally is right." in out.getvalue()


@only_postgresql
@pytest.mark.django_db(transaction=True)
def test_emptying_the_table_empties_the_count(connection: Connection) -> None:
    make_delivery(connection)
    with database.cursor() as cursor:
        cursor.execute("TRUNCATE orders_salesorder CASCADE")

    assert tallies.sums().orders == {}
