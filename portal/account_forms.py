"""The forms of signing in, in our words."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as stock
from django.utils.translation import gettext_lazy as _

from integrations.tenants.forms import OwnWords

LABELS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "remember": _("Stay signed in"),
}


class InOurWords(OwnWords):
    """The label stands above each box, so nothing stands in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class Login(InOurWords, stock.LoginForm):  # type: ignore[misc]  # allauth ships no types
    pass


class AddEmail(InOurWords, stock.AddEmailForm):  # type: ignore[misc]  # as above
    pass


class ChangePassword(InOurWords, stock.ChangePasswordForm):  # type: ignore[misc]  # as above
    pass


class SetPassword(InOurWords, stock.SetPasswordForm):  # type: ignore[misc]  # as above
    pass


class ResetPassword(InOurWords, stock.ResetPasswordForm):  # type: ignore[misc]  # as above
    pass


class ResetPasswordFromKey(InOurWords, stock.ResetPasswordKeyForm):  # type: ignore[misc]  # as above
    pass


class Reauthenticate(InOurWords, stock.ReauthenticateForm):  # type: ignore[misc]  # as above
    pass
