"""Send again what a filter finds among a tenant's orders."""

from __future__ import annotations

from integrations.deliveries.management.by_filter import ByFilter
from integrations.deliveries.models import BulkAct


class Command(ByFilter):
    help = "Send again what a filter finds among a tenant's orders."
    deed = BulkAct.Deed.RESEND
