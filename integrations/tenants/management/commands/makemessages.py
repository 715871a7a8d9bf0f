"""Django's command, told the names by which our modules mark a text for later."""

from __future__ import annotations

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """Also takes what stands in ``n(...)`` and ``_later(...)``, which are ``gettext_noop``."""

    xgettext_options = [
        *makemessages.Command.xgettext_options,
        "--keyword=n",
        "--keyword=_later",
    ]
