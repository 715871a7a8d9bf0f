"""Addresses of intake: the API, and a tenant's pages of files and API keys."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from integrations.intake.api import addresses

app_name = "intake"
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include((addresses.urlpatterns(), "ninja"), namespace="api")),
]
