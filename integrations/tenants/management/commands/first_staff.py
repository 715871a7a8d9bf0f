"""Makes the first log-in of the ISV's staff."""

from __future__ import annotations

import getpass
import secrets
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from integrations.tenants.models import User
from integrations.tenants.services import StaffExist, make_first_staff, staff


class Command(BaseCommand):
    help = "Make the first log-in of staff. Asks for what isn't given; can make up a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", help="the address to sign in with")
        parser.add_argument(
            "--generate", action="store_true", help="make up a password and show it once"
        )
        parser.add_argument(
            "--again", action="store_true", help="make another one although there are staff already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if staff().exists() and not options["again"]:
            raise CommandError("There are staff already. Add --again to make another log-in.")
        email = _email(options["email"])
        asked = sys.stdin.isatty() and not options["generate"]
        typed = self._asked_password(User(email=email)) if asked else ""
        password = typed or secrets.token_urlsafe(15)
        try:
            user = make_first_staff(email, password, again=options["again"])
        except StaffExist:
            raise CommandError("There are staff already.") from None
        self.stdout.write(f"{user.email} may sign in.")
        if not typed:
            self.stdout.write(f"Password, shown this once: {password}")

    def _asked_password(self, user: User) -> str:
        """What was typed twice; empty when the person leaves it to us."""
        while True:
            password = getpass.getpass("Password (empty: we make one up): ")
            try:
                if password:
                    validate_password(password, user)
            except ValidationError as refused:
                self.stderr.write("\n".join(refused.messages))
                continue
            if not password or getpass.getpass("Once more: ") == password:
                return password
            self.stderr.write("The two differ.")


def _email(given: str | None) -> str:
    if not given and not sys.stdin.isatty():
        raise CommandError("Name the e-mail address: first_staff nora@example.com")
    email = (given or input("E-mail address: ")).strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise CommandError(f"{email!r} is not an e-mail address.") from None
    if User.objects.filter(email=email).exists():
        raise CommandError(f"{email} has a log-in already.")
    return email
