#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if sys.argv[1:2] == ["new_key"]:
        # The first key is made before there is anything to set.
        for name in ("SECRET_KEY", "ENCRYPTION_KEYS"):
            os.environ.setdefault(name, "not set yet")
        os.environ.setdefault("PUBLIC_URL", "https://portal.invalid")
        os.environ.setdefault("REDIS_URL", "redis://broker.invalid")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as fault:
        sys.exit(f"The portal can't start: {fault}")
