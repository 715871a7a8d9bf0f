"""Who calls: the API key of a tenant, as a bearer token (RFC 6750, 2.1)."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja.security.base import AuthBase

from integrations.intake.api.problems import Problem
from integrations.intake.models import ApiKey
from integrations.intake.services import api_keys


class ApiRequest(HttpRequest):
    """A request that was let in."""

    auth: ApiKey


class BearerKey(AuthBase):
    """Finds the key; the request then acts for its tenant and for nobody else."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_bearerFormat = "vp_live_…"  # noqa: N815 - OpenAPI's name

    def __call__(self, request: HttpRequest) -> ApiKey:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise Problem("no-api-key")
        key = api_keys.find(text.strip(), now=timezone.now())
        if key is None:
            raise Problem("api-key-refused")
        return key
