"""What needs a person now, and who that person is."""

from __future__ import annotations

from django.contrib.humanize.templatetags.humanize import apnumber
from django.http import HttpResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from integrations.connections.models import Application
from integrations.connections.services.incident_words import incident_words
from integrations.console.health import unserved_too_long
from integrations.console.services import applications, attention
from integrations.console.views.frame import page
from integrations.deliveries.services import breakers, pauses
from integrations.tenants.access import SignedInRequest, staff_only
from integrations.tenants.models import Tenant

MOST_PAUSES = 10  # the page Pauses has the rest


@require_safe
@staff_only
def show(request: SignedInRequest) -> HttpResponse:
    causes = attention.causes()
    lanes = attention.lanes_with_orders_to_mend()
    incidents = attention.open_incidents()
    return page(
        request,
        "console/overview.html",
        {
            "causes": causes,
            "standing": [row for row in pauses.standing() if row.by_staff][:MOST_PAUSES],
            "lanes": lanes,
            "incidents": [(row, incident_words(row.kind)) for row in incidents],
            "approvals": attention.approvals_awaited(),
            "breakers": breakers.open_breakers(),
            "working": attention.working_count(),
            "oldest": unserved_too_long(now=timezone.now()),
            "heading": heading(len(causes) + len(incidents) + bool(lanes)),
            "tests_serving": applications.serving_though_for_tests(),
            "is_new": not Application.objects.exists(),
            "no_tenant": not Tenant.objects.exists(),
        },
    )


def heading(number: int) -> str:
    if not number:
        return _("Nothing needs a person")
    text = ngettext("%(n)s cause needs a person", "%(n)s causes need a person", number)
    return str(capfirst(text % {"n": apnumber(number)}))
