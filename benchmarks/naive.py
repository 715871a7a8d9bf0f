"""What most teams would write: a task per order, the ORM, ``requests.post``, ``save()``."""

from __future__ import annotations

import requests
from django.conf import settings
from django.utils import timezone

from benchmarks import orders
from benchmarks.naive_app import app
from integrations.deliveries.models import Delivery
from integrations.visma.sales_orders import ORDERS


@app.task(name="naive.push")
def push(delivery_id: int) -> None:
    delivery = Delivery.objects.select_related("order").get(pk=delivery_id)
    answer = requests.post(
        settings.VISMA_SERVICE_SALES_ORDER_URL + ORDERS,
        json=orders.payload(delivery.order.content),
        headers={"Authorization": f"Bearer {orders.token(0)}"},
        timeout=60,
    )
    answer.raise_for_status()
    delivery.visma_type, delivery.visma_number = answer.headers["Location"].split("/")[-2:]
    delivery.state = Delivery.State.DELIVERED
    delivery.settled_at = timezone.now()
    delivery.save()
