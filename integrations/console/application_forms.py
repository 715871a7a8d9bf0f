"""What the ISV's staff fill in of an application: as Visma's Developer Portal has it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from integrations.connections.models import Application, Integration
from integrations.connections.models.applications import (
    LONGEST_TOKEN,
    ApplicationType,
    Environment,
    Kind,
    PermissionType,
)
from integrations.console.forms import CODE
from integrations.tenants.forms import OwnWords

_PREFIX = re.compile(r"[A-Za-z0-9._/-]*")
# RFC 6749, 3.3; Visma's own guide shows them parted by bars, which Visma does not take.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_BETWEEN_SCOPES = re.compile(r"[\s,|]+")
SINGLE_PAGE = "spa"
# Seconds that a spent one-time refresh token may go on working.
SHORTEST_GRACE, LONGEST_GRACE = 5, 60
LONGEST_REFRESH = 3660  # days


class ScopesField(forms.CharField):
    """Scopes one to a line; blanks, commas and bars part them too. Kept parted by blanks."""

    widget = forms.Textarea(attrs={**CODE, "rows": 4})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value.split()) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        named = list(filter(None, _BETWEEN_SCOPES.split(super().clean(value))))
        for scope in named:
            if not _SCOPE.fullmatch(scope):
                raise forms.ValidationError(
                    _("“%(scope)s” is not a scope.") % {"scope": scope[:60]}
                )
        return " ".join(dict.fromkeys(named))


class ChangeForm(OwnWords, forms.ModelForm[Application]):
    """What may change of an application once it is registered."""

    scopes = ScopesField(
        label=_("Scopes"), required=False,
        help_text=_("All that its API integrations hold, one on each line."),
    )  # fmt: skip
    permission_type = forms.ChoiceField(
        label=_("Permission type of its APIs"), choices=PermissionType.choices,
        widget=forms.RadioSelect, initial=PermissionType.ALL,
    )  # fmt: skip
    token_minutes = forms.IntegerField(
        label=_("Access token lifetime, in minutes"), initial=LONGEST_TOKEN,
        min_value=1, max_value=LONGEST_TOKEN,
        error_messages={
            "invalid": _("A whole number of minutes, 1 to 60."),
            "min_value": _("A whole number of minutes, 1 to 60."),
            "max_value": _("Visma gives no token more than 60 minutes."),
        },
    )  # fmt: skip
    refresh = forms.ChoiceField(
        label=_("Refresh tokens are"), initial="reuse", widget=forms.RadioSelect,
        choices=[
            ("reuse", _("Re-use: they stay the same")),
            ("one_time", _("One-time: each use brings a new one")),
        ],
    )  # fmt: skip
    grace = forms.IntegerField(
        label=_("Grace period, in seconds"), required=False, min_value=0, max_value=LONGEST_GRACE,
        help_text=_(
            "Of one-time tokens: empty, or 5 to 60. It saves a consent when an answer is lost."
        ),
        error_messages={
            "invalid": _("Empty, or 5 to 60 seconds."),
            "min_value": _("Empty, or 5 to 60 seconds."),
            "max_value": _("Empty, or 5 to 60 seconds."),
        },
    )  # fmt: skip
    refresh_idle_days = forms.IntegerField(
        label=_("Refresh tokens lapse after so many days without use"), required=False,
        min_value=1, max_value=LONGEST_REFRESH,
        help_text=_("Empty: not known. We use them in time, so that no consent is lost."),
    )  # fmt: skip
    refresh_absolute_days = forms.IntegerField(
        label=_("Refresh tokens end after so many days in any case"), required=False,
        min_value=1, max_value=LONGEST_REFRESH,
        help_text=_("Empty: not known. Customers are told before."),
    )  # fmt: skip
    environment = forms.ChoiceField(
        label=_("What it is for"), choices=Environment.choices, widget=forms.RadioSelect,
        initial=Environment.TEST,
    )  # fmt: skip

    class Meta:
        model = Application
        fields = [
            "name",
            "permission_type",
            "scopes",
            "token_minutes",
            "refresh_idle_days",
            "refresh_absolute_days",
            "environment",
        ]
        labels = {"name": _("Name")}
        error_messages = {
            NON_FIELD_ERRORS: {"unique_together": _("This client id is registered here already.")}
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        row: Application | None = kwargs.get("instance")
        if row is not None:
            kwargs["initial"] = {
                "refresh": "one_time" if row.one_time_refresh else "reuse",
                "grace": int(row.refresh_grace.total_seconds()) if row.refresh_grace else None,
                **(kwargs.get("initial") or {}),
            }
        super().__init__(*args, **kwargs)

    def clean_grace(self) -> int:
        grace = int(self.cleaned_data["grace"] or 0)
        if 0 < grace < SHORTEST_GRACE:
            raise forms.ValidationError(_("Empty, or 5 to 60 seconds."))
        return grace

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        kind, permission = self._kind(given), given.get("permission_type")
        if kind == Kind.SERVICE and permission == PermissionType.INTERACTIVE:
            self.add_error(
                "permission_type",
                _("Interactive APIs want a person. They don’t take what the App Store approves."),
            )
        if kind == Kind.CONNECT and permission == PermissionType.NON_INTERACTIVE:
            self.add_error(
                "permission_type",
                _("Non-Interactive APIs don’t take what a person consents to."),
            )
        return given

    def columns(self) -> dict[str, Any]:
        """The application's columns, as they are to be."""
        given = dict(self.cleaned_data)
        is_one_time = given.pop("refresh") == "one_time"
        grace = given.pop("grace")
        given["one_time_refresh"] = is_one_time
        given["refresh_grace"] = timedelta(seconds=grace) if is_one_time and grace else None
        return given

    def _kind(self, given: dict[str, Any]) -> str:
        return str(self.instance.kind)


class ApplicationForm(ChangeForm):
    """A registration at Visma."""

    application_type = forms.ChoiceField(
        label=_("Application type"), widget=forms.RadioSelect, initial=ApplicationType.WEB,
        choices=[*ApplicationType.choices, (SINGLE_PAGE, _("Single-Page App"))],
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("How it is granted"), choices=Kind.choices, widget=forms.RadioSelect
    )
    field_order = ["name", "application_type", "kind", "client_id", "environment"]

    class Meta(ChangeForm.Meta):
        fields = [*ChangeForm.Meta.fields, "application_type", "kind", "client_id"]
        labels = {"name": _("Name"), "client_id": _("Client id")}
        help_texts = {"client_id": _("As Visma’s Developer Portal shows it.")}
        widgets = {"client_id": forms.TextInput(attrs=CODE)}

    def clean_application_type(self) -> str:
        chosen = str(self.cleaned_data["application_type"])
        if chosen == SINGLE_PAGE:
            raise forms.ValidationError(
                _(
                    "A Single-Page App runs in a browser and gets no secret. We send orders while "
                    "nobody is there, so we need one: make a Web or a Service application."
                )
            )
        return chosen

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("application_type") == ApplicationType.SERVICE and self._kind(given) not in {
            Kind.SERVICE, "",
        }:  # fmt: skip
            self.add_error(
                "kind", _("Nobody signs in to a Service application. Choose the App Store here.")
            )
        return given

    def _kind(self, given: dict[str, Any]) -> str:
        return str(given.get("kind", ""))


class CodeForm(OwnWords, forms.Form):
    """An invitation code, and when the Developer Portal made it."""

    invitation_code = forms.CharField(
        label=_("Invitation code"), max_length=60, widget=forms.TextInput(attrs=CODE)
    )
    made_on = forms.DateField(
        label=_("Made on"), initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("A day, as in 2026-11-20.")},
    )  # fmt: skip

    def clean_made_on(self) -> date:
        made_on: date = self.cleaned_data["made_on"]
        if made_on > timezone.localdate():
            raise forms.ValidationError(_("This day is still to come."))
        return made_on

    def made_at(self, now: datetime) -> datetime:
        """Now for one made today, else when that day began: rather too old than too young."""
        made_on = self.cleaned_data["made_on"]
        if made_on == timezone.localdate(now):
            return now
        return timezone.make_aware(datetime.combine(made_on, time()))


class IntegrationForm(OwnWords, forms.ModelForm[Integration]):
    """What an application offers to tenants. ``application`` is None for one that is new."""

    scopes = ScopesField(
        label=_("Scopes"), required=False,
        help_text=_("One on each line. Empty: read and write sales orders."),
    )  # fmt: skip

    class Meta:
        model = Integration
        fields = ["name", "purpose", "scopes", "reference_prefix", "visma_user_hint"]
        labels = {
            "name": _("What tenants connect"),
            "purpose": _("What for, in one sentence"),
            "reference_prefix": _("Before each reference"),
            "visma_user_hint": _("Which Visma user to sign in as"),
        }
        help_texts = {
            "reference_prefix": _("Parts the orders of two shops that send to one company."),
        }
        widgets = {"reference_prefix": forms.TextInput(attrs=CODE)}

    def __init__(self, *args: Any, application: Application | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._known = application.scopes.split() if application else []

    def clean_scopes(self) -> str:
        scopes = str(self.cleaned_data["scopes"])
        missing = [scope for scope in scopes.split() if self._known and scope not in self._known]
        if missing:
            raise forms.ValidationError(
                _("The application does not hold %(scope)s. Add it there first.")
                % {"scope": ", ".join(missing)}
            )
        return scopes

    def clean_reference_prefix(self) -> str:
        prefix = str(self.cleaned_data["reference_prefix"])
        if not _PREFIX.fullmatch(prefix):
            raise forms.ValidationError(_("Letters, digits and . _ / - only."))
        return prefix
