"""Addresses of signing in with Visma, and of the page that shows how somebody signs in."""

from __future__ import annotations

from django.urls import path

from integrations.signin.views import back_channel, ways, with_visma

app_name = "signin"

urlpatterns = [
    path("signin/", ways.show, name="ways"),
    path("signin/unlink/", ways.unlink, name="unlink"),
    path("signin/visma/", with_visma.begin, name="visma"),
    path("signin/visma/link/", with_visma.begin_link, name="visma-link"),
    # What is registered at Visma.
    path("signin/visma/callback", with_visma.callback, name="callback"),
    path("signin/visma/logout", back_channel.logout, name="visma-logout"),
    path("signin/visma/stopped/<slug:code>/", with_visma.stopped, name="stopped"),
]
