"""Addresses of workspace: the first page, and a tenant's pages."""

from __future__ import annotations

from django.urls import include, path

from integrations.workspace.views import companies, decisions, home, members, orders, overview

_company = "companies/<int:pk>"
_order = "orders/<int:pk>"

tenant_patterns = [
    path("", overview.show, name="overview"),
    path("companies/", companies.show_list, name="connections"),
    path("companies/connect/", companies.connect, name="connect"),
    path(f"{_company}/", companies.show, name="connection"),
    path(f"{_company}/defaults/", companies.set_defaults, name="defaults"),
    path(f"{_company}/reconnect/", companies.reconnect, name="reconnect"),
    path(f"{_company}/disconnect/", companies.disconnect, name="disconnect"),
    path(f"{_company}/<slug:deed>/", companies.act, name="connection-act"),
    path("orders/", orders.show_list, name="orders"),
    path(f"{_order}/", orders.show_order, name="order"),
    path(f"{_order}/decide/", decisions.decide_number, name="decide"),
    path(f"{_order}/<slug:deed>/", decisions.act, name="order-act"),
    path("members/", members.show, name="members"),
    path("members/invite/", members.invite, name="invite-member"),
    path("members/<int:pk>/remove/", members.remove, name="remove-member"),
]

urlpatterns = [
    path("", home.show, name="home"),
    path("t/<slug:slug>/", include((tenant_patterns, "workspace"))),
]
