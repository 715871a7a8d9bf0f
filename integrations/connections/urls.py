"""Addresses of connections: the way of an invitation, the callbacks, and a tenant's own."""

from __future__ import annotations

from django.urls import path

from integrations.connections.views import (
    approvals,
    callbacks,
    links,
    members,
    passing_on,
    switches,
)

app_name = "connections"

urlpatterns = [
    # The only address with a link's token in it; left at once.
    path("i/<str:token>", links.open_invitation, name="open-invitation"),
    path("connect/", links.start, name="start"),
    path("connect/begin/", links.begin, name="begin"),
    path("connect/stopped/", links.tell_stop, name="tell-stop"),
    path("connect/stopped/<slug:code>/", links.stopped, name="stopped"),
    path("connect/new-link/", links.new_link, name="new-link"),
    path("connect/code/", passing_on.give_code, name="give-code"),
    path("connect/somebody-else/", passing_on.pass_on_page, name="pass-on-page"),
    path("connect/somebody-else/send/", passing_on.pass_on, name="pass-on"),
    path("connect/somebody-else/<uuid:link_id>/end/", passing_on.take_back, name="take-back"),
    path("connect/tenant-id/", approvals.paste_tenant_id, name="paste-tenant-id"),
    path("connect/approval/", approvals.look_for_approval, name="look-for-approval"),
    path("connect/<uuid:consent_id>/", callbacks.show_consent, name="consent"),
    path("connect/<uuid:consent_id>/finish/", callbacks.finish_posted, name="finish-posted"),
    path("connect/<uuid:consent_id>/companies/", callbacks.choose_companies, name="companies"),
    path("connect/<uuid:consent_id>/look/", callbacks.look, name="look"),
    path("connect/<uuid:consent_id>/go-on/", callbacks.go_on, name="go-on"),
    path("connect/<uuid:consent_id>/approval/", switches.check_approval, name="check-approval"),
    path("t/<slug:slug>/connections/<int:pk>/switch/", switches.show, name="switch"),
    path("t/<slug:slug>/connections/<int:pk>/switch/<slug:deed>/", switches.act, name="switch-act"),
    # One redirect path per kind.
    path("callback/connect", callbacks.callback_connect, name="callback-connect"),
    path("callback/vni", callbacks.callback_vni, name="callback-vni"),
    path("t/<slug:slug>/connections/invite/", members.invite, name="invite"),
    path("t/<slug:slug>/invitations/", members.show_list, name="invitations"),
    path("t/<slug:slug>/invitations/<uuid:invitation_id>/", members.show, name="invitation"),
    path("t/<slug:slug>/invitations/<uuid:invitation_id>/renew/", members.renew, name="renew"),
    path(
        "t/<slug:slug>/invitations/<uuid:invitation_id>/links/<uuid:link_id>/end/",
        members.end_link,
        name="end-link",
    ),
    path(
        "t/<slug:slug>/invitations/<uuid:invitation_id>/withdraw/",
        members.withdraw,
        name="withdraw",
    ),
]
