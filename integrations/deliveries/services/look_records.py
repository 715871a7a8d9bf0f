"""What a look came to, kept with its delivery and told in the log."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.deliveries.models import Look
from integrations.deliveries.services import telling
from integrations.deliveries.services.looking import Search
from integrations.deliveries.services.sought import Sought
from integrations.visma.sales_orders import ListedOrder


def record(
    search: Search,
    sought: Sought,
    finding: Look.Finding,
    hits: Sequence[ListedOrder] = (),
    status: int = 200,
) -> None:
    """Keep one finding. ``status`` is the answer's that ended the look; 0: there was none."""
    telling.looked(search, sought, finding)
    Look.objects.create(
        delivery_id=sought.delivery_id,
        attempt=sought.attempt,
        begun_at=search.begun_at,
        whole=search.whole,
        finding=finding,
        rows_read=search.rows_read,
        status=status or None,
        numbers=", ".join(f"{hit.type} {hit.order_id}" for hit in hits)[:400],
    )
