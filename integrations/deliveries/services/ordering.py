"""Order in a key: orders of one buyer in one company go out one after the other, on request.

The integration chooses. An order of a key waits while an earlier one of the same key is open: on
its way, or uncertain, or where a refused one blocks also rejected or parked. Earlier is what was
accepted earlier. What waits is marked ``behind``, which claims leave out; whatever ends an order
lets the next of its key go, and the sweep makes up for ends that crossed a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from integrations.connections.models import Connection, Integration
from integrations.connections.models.applications import OrderInKey
from integrations.deliveries.models import Delivery, Lane
from integrations.deliveries.services import outbox
from integrations.deliveries.services.holding import HeldLane
from integrations.orders.models import SalesOrder

State = Delivery.State
ENDED = (State.DELIVERED, State.CANCELLED)
REFUSED = (State.REJECTED, State.PARKED)

let_go = outbox.let_go


def line_up(rows: Sequence[Delivery], lane: Lane) -> None:
    """Give new deliveries of a lane their key, and their place behind what is open in it.

    Belongs into the transaction that stores them; whoever lines up in the same lane waits for it.
    """
    choice = lane.connection.integration.order_in_key
    if choice == OrderInKey.FREE:
        return
    _one_at_a_time(lane)
    buyers = {row.order.buyer for row in rows}
    open_keys = set(
        _blocking(choice)
        .filter(lane=lane, queue_key__in=buyers)
        .values_list("queue_key", flat=True)
    )
    for row in rows:
        row.queue_key = row.order.buyer
        row.behind = row.queue_key in open_keys
        open_keys.add(row.queue_key)


def let_go_left_over() -> int:
    """Let go what an end that crossed another left behind; asks nothing where no order is kept."""
    if not Integration.objects.exclude(order_in_key=OrderInKey.FREE).exists():
        return 0
    return outbox.let_go_left_over()


def take_place(row: Delivery) -> None:
    """Line up an order that a person sends again: at its age, before those accepted later.

    Wants ``lane__connection__integration`` and ``order`` loaded; ``row`` is locked and saved.
    """
    choice = row.lane.connection.integration.order_in_key
    row.queue_key = "" if choice == OrderInKey.FREE else row.order.buyer
    Delivery.objects.filter(pk=row.pk).update(queue_key=row.queue_key)
    if row.queue_key:
        _mark_behind(_open().filter(lane=row.lane_id, queue_key=row.queue_key), choice)
        row.refresh_from_db(fields=["behind"])


@transaction.atomic
def choose(integration: Integration, choice: OrderInKey) -> None:
    """Change what the integration does with orders of one buyer; those that wait line up anew.

    Nothing is stranded: with ``FREE`` all that wait go as they can; with the others they go in the
    order in which they were accepted, and what is on its way already is waited for. Waits for
    orders that are being accepted in this moment, and holds up new ones until it is done.
    """
    connections = Connection.objects.select_for_update().filter(integration=integration)
    lanes = Lane.objects.filter(connection__in=[c.pk for c in connections.order_by("pk")])
    Integration.objects.filter(pk=integration.pk).update(order_in_key=choice)
    integration.order_in_key = choice
    for lane_id in lanes.values_list("pk", flat=True):
        rows = Delivery.objects.filter(lane=lane_id).exclude(state__in=ENDED)
        if choice == OrderInKey.FREE:
            rows.exclude(queue_key="").update(queue_key="", behind=False)
            continue
        buyer = SalesOrder.objects.filter(pk=OuterRef("order")).values("buyer")
        rows.filter(queue_key="").update(queue_key=Subquery(buyer))
        _mark_behind(_open().filter(lane=lane_id), choice)


def waits_for(delivery: Delivery) -> Delivery | None:
    """The order of the same buyer that this one waits for; None when it waits for none.

    Wants ``lane__connection__integration`` loaded.
    """
    if not delivery.behind or delivery.state != State.PENDING:
        return None
    choice = delivery.lane.connection.integration.order_in_key
    earlier = _blocking(choice).filter(
        lane=delivery.lane_id, queue_key=delivery.queue_key, pk__lt=delivery.pk
    )
    return earlier.select_related("order").order_by("pk").first()


def wake(lanes: Iterable[HeldLane]) -> None:
    """Outcomes were written: lanes that keep order may have something to claim again."""
    for lane in lanes:
        if lane.connection.integration.order_in_key != OrderInKey.FREE:
            lane.classes.update(Delivery.Priority.values)


def _open() -> QuerySet[Delivery]:
    # As the partial index has it.
    return Delivery.objects.filter(~Q(queue_key=""), ~Q(state__in=[*ENDED]))


def _blocking(choice: str) -> QuerySet[Delivery]:
    """Those of a key that later ones wait for."""
    return _open() if choice == OrderInKey.BLOCKS else _open().exclude(state__in=REFUSED)


def _mark_behind(rows: QuerySet[Delivery], choice: str) -> None:
    earlier = _blocking(choice).filter(
        lane=OuterRef("lane"), queue_key=OuterRef("queue_key"), pk__lt=OuterRef("pk")
    )
    rows.filter(state=State.PENDING).update(behind=Exists(earlier))


def _one_at_a_time(lane: Lane) -> None:
    """Accepting into a lane that keeps order is done by one at a time: else two would not see
    each other, and both would be first."""
    locked = Connection.objects.select_for_update(no_key=True).filter(pk=lane.connection_id)
    list(locked.values_list("pk", flat=True))
