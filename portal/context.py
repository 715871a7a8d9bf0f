"""What every template may use."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def vendor(request: HttpRequest) -> dict[str, object]:
    """The ISV's name and help address, and whether this is a sandbox."""
    return {
        "vendor_name": settings.VENDOR_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "is_sandbox": not settings.PRODUCTION,
    }
