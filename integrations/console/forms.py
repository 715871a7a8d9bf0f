"""What the ISV's staff fill in."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext_lazy as _

from integrations.connections.models import Application, Connection, Integration
from integrations.connections.models.applications import Kind
from integrations.tenants.forms import OwnWords
from integrations.tenants.models import Tenant
from integrations.tenants.services import RESERVED

CODE = {"class": "code", "autocomplete": "off", "spellcheck": "false"}
_PREFIX = re.compile(r"[A-Za-z0-9._/-]*")

# What the list of connections is filtered by.
STATES = {
    "": _("All"),
    "broken": _("Needs somebody"),
    "unconfirmed": _("Waits for a yes"),
    "checking": _("Being checked"),
    "connected": _("Works"),
    "disconnected": _("Disconnected"),
}


class ListForm(forms.Form):
    """Search, filters and keys from a list's address. What makes no sense is left out."""

    q = forms.CharField(max_length=80, required=False)
    state = forms.ChoiceField(choices=[(name, name) for name in STATES], required=False)
    problem = forms.SlugField(max_length=40, required=False)
    show = forms.ChoiceField(choices=[("", ""), ("cleared", "")], required=False)
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    after = forms.IntegerField(min_value=0, max_value=2**62, required=False)

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


class TenantForm(OwnWords, forms.Form):
    """A new tenant, and perhaps its first owner."""

    name = forms.CharField(label=_("Name"), max_length=120)
    slug = forms.SlugField(
        label=_("Name in addresses"), max_length=50, required=False,
        widget=forms.TextInput(attrs=CODE),
        help_text=_("Small letters, digits and hyphens. Empty: we make it from the name."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of mails"), choices=settings.LANGUAGES)
    owner = forms.EmailField(
        label=_("E-mail address of its owner"), max_length=254, required=False,
        help_text=_("Gets a mail with a link to choose a password."),
    )  # fmt: skip

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"]).lower()
        if slug and (slug in RESERVED or Tenant.objects.filter(slug=slug).exists()):
            raise forms.ValidationError(_("This one is taken. Choose another."))
        return slug


class ApplicationForm(OwnWords, forms.ModelForm[Application]):
    """A registration at Visma."""

    kind = forms.ChoiceField(
        label=_("How it is granted"), choices=Kind.choices, widget=forms.RadioSelect
    )

    class Meta:
        model = Application
        fields = ("name", "kind", "client_id", "invitation_code")
        labels = {
            "name": _("Name"),
            "client_id": _("Client id"),
            "invitation_code": _("Invitation code"),
        }
        help_texts = {
            "client_id": _("As Visma’s Developer Portal shows it."),
            "invitation_code": _("Only where customers approve it in the App Store."),
        }
        widgets = {
            "client_id": forms.TextInput(attrs=CODE),
            "invitation_code": forms.TextInput(attrs=CODE),
        }
        error_messages = {
            NON_FIELD_ERRORS: {"unique_together": _("This client id is registered here already.")}
        }


class IntegrationForm(OwnWords, forms.ModelForm[Integration]):
    """What an application offers to tenants."""

    class Meta:
        model = Integration
        fields = ("name", "purpose", "scopes", "reference_prefix", "visma_user_hint")
        labels = {
            "name": _("What tenants connect"),
            "purpose": _("What for, in one sentence"),
            "scopes": _("Scopes"),
            "reference_prefix": _("Before each reference"),
            "visma_user_hint": _("Which Visma user to sign in as"),
        }
        help_texts = {
            "scopes": _("Parted by blanks. Empty: read and write sales orders."),
            "reference_prefix": _("Parts the orders of two shops that send to one company."),
        }
        widgets = {
            "scopes": forms.Textarea(attrs={**CODE, "rows": 3}),
            "reference_prefix": forms.TextInput(attrs=CODE),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].required = False

    def clean_scopes(self) -> str:
        return " ".join(dict.fromkeys(str(self.cleaned_data["scopes"]).split()))

    def clean_reference_prefix(self) -> str:
        prefix = str(self.cleaned_data["reference_prefix"])
        if not _PREFIX.fullmatch(prefix):
            raise forms.ValidationError(_("Letters, digits and . _ / - only."))
        return prefix


def state_condition(state: str) -> dict[str, Any]:
    """The filter of a chip as conditions on Connection."""
    if state == "unconfirmed":
        return {"state": Connection.State.CONNECTED, "confirmed_at": None}
    return {"state": state} if state else {}
