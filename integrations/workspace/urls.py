"""Addresses of workspace: the first page, and a tenant's pages."""

from __future__ import annotations

from django.urls import include, path

from integrations.workspace.views import (
    bulk,
    companies,
    decisions,
    home,
    ledger,
    many,
    members,
    orders,
    overview,
    sending,
)

_company = "companies/<int:pk>"
_listed = "companies/listed/<uuid:pk>"
_order = "orders/<int:pk>"
_act = "orders/acts/<uuid:pk>"

tenant_patterns = [
    path("", overview.show, name="overview"),
    path("companies/", companies.show_list, name="connections"),
    path("companies/connect/", companies.connect, name="connect"),
    path("companies/many/<slug:offer>/", many.show, name="many"),
    path("companies/many/<slug:offer>/add/", many.add, name="many-add"),
    path("companies/many/<slug:offer>/look/", many.look_again, name="many-look"),
    path("companies/many/<slug:offer>/invite/", many.invite_all, name="many-invite"),
    path(f"{_listed}/correct/", many.correct, name="listed-correct"),
    path(f"{_listed}/invite/", many.invite, name="listed-invite"),
    path(f"{_listed}/begin/", many.begin, name="listed-begin"),
    path(f"{_listed}/take-out/", many.take_out, name="listed-take-out"),
    path(f"{_company}/", companies.show, name="connection"),
    path(f"{_company}/defaults/", companies.set_defaults, name="defaults"),
    path(f"{_company}/reconnect/", companies.reconnect, name="reconnect"),
    path(f"{_company}/disconnect/", companies.disconnect, name="disconnect"),
    path(f"{_company}/<slug:deed>/", companies.act, name="connection-act"),
    path("sending/", sending.show, name="sending"),
    path("sending/<slug:deed>/", sending.act, name="sending-act"),
    path("orders/", orders.show_list, name="orders"),
    path("orders/many/<slug:deed>/", bulk.decide, name="bulk"),
    path("orders/acts/", bulk.show_list, name="bulk-acts"),
    path(f"{_act}/", bulk.show, name="bulk-act"),
    path(f"{_act}/stop/", bulk.stop, name="stop-bulk-act"),
    path(f"{_order}/", orders.show_order, name="order"),
    path(f"{_order}/decide/", decisions.decide_number, name="decide"),
    path(f"{_order}/priority/", decisions.prioritize, name="prioritize"),
    path(f"{_order}/<slug:deed>/", decisions.act, name="order-act"),
    path("consents/", ledger.show_list, name="ledger"),
    path("consents/to-print/", ledger.show_document, name="ledger-document"),
    path("consents/ledger.json", ledger.download, name="ledger-json"),
    path("consents/<int:number>/", ledger.show_entry, name="ledger-entry"),
    path("members/", members.show, name="members"),
    path("members/invite/", members.invite, name="invite-member"),
    path("members/<int:pk>/mails/", members.choose_mails, name="member-mails"),
    path("members/<int:pk>/remove/", members.remove, name="remove-member"),
]

urlpatterns = [
    path("", home.show, name="home"),
    path("t/<slug:slug>/", include((tenant_patterns, "workspace"))),
]
