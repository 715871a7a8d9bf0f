"""Addresses of intake: the API, and a tenant's pages of files and API keys."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from integrations.intake.api import addresses
from integrations.intake.views import downloads, files, keys

app_name = "intake"

pages: list[URLPattern] = [
    path("files/", files.list_files, name="files"),
    path("files/new", files.send_file, name="send-file"),
    path("files/template.csv", downloads.download_template, name="template"),
    path("files/<uuid:upload>/", files.show_file, name="file"),
    path("files/<uuid:upload>/choice", files.choose, name="choose"),
    path("files/<uuid:upload>/go-on", files.go_on, name="go-on"),
    path("files/<uuid:upload>/refused.csv", downloads.download_refusals, name="refusals"),
    path("api-keys/", keys.list_keys, name="keys"),
    path("api-keys/<int:key>/revoke", keys.revoke_key, name="revoke-key"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include((addresses.urlpatterns(), "ninja"), namespace="api")),
    path("t/<slug:tenant>/", include(pages)),
]
