"""What the ISV's staff fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from integrations.connections.models import Application, Connection, Integration
from integrations.connections.services.ledger_reading import FILTERS as LEDGER_FILTERS
from integrations.connections.services.own_numbers import PREFIX
from integrations.deliveries.services import reaches
from integrations.deliveries.services.reaches import Reach
from integrations.tenants.forms import OwnWords
from integrations.tenants.models import Tenant
from integrations.tenants.services import RESERVED

# In a list to choose from; each tenant's own page leads there too.
MOST_TENANTS = 2000
CODE = {"class": "code", "autocomplete": "off", "spellcheck": "false"}

# What the list of connections is filtered by.
STATES = {
    "": _("All"),
    "broken": _("Needs somebody"),
    "unconfirmed": _("Waits for a yes"),
    "checking": _("Being checked"),
    "connected": _("Works"),
    "disconnected": _("Disconnected"),
}


# What the list of lanes is filtered by.
LANE_STATES = {
    "": _("All"),
    "served": _("Being served"),
    "waiting": _("With orders waiting"),
    "uncertain": _("With uncertain orders"),
    "needs_person": _("Needs somebody"),
    "resting": _("Resting"),
    "shut": _("Shut"),
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


class LedgerForm(forms.Form):
    """The same for the consent ledgers."""

    q = forms.CharField(max_length=80, required=False)
    state = forms.ChoiceField(choices=[(name, name) for name in LEDGER_FILTERS], required=False)
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    after = forms.IntegerField(min_value=0, max_value=2**62, required=False)

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


class LaneForm(forms.Form):
    """The same for lanes."""

    q = forms.CharField(max_length=80, required=False)
    state = forms.ChoiceField(choices=[(name, name) for name in LANE_STATES], required=False)
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    after = forms.IntegerField(min_value=0, max_value=2**62, required=False)

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


def _what_to_pause() -> list[tuple[str, Any]]:
    """Everything, then each application, integration and tenant under a name of its kind."""
    kinds: list[tuple[Any, str, Any]] = [
        (_("Application"), "application", Application.objects.all()),
        (_("Integration"), "integration", Integration.objects.all()),
        (_("Tenant"), "tenant", Tenant.objects.all()[:MOST_TENANTS]),
    ]
    groups = [
        (label, [(f"{kind}:{row.slug}", str(row)[:60]) for row in rows])
        for label, kind, rows in kinds
    ]
    return [("", _("Choose")), ("everything", _("Everything, for all tenants")), *groups]


class PauseForm(OwnWords, forms.Form):
    """What staff hold back: one thing, or everything."""

    what = forms.ChoiceField(label=_("What"), choices=_what_to_pause)
    why = forms.CharField(
        label=_("Why"), max_length=200, required=False,
        help_text=_("Shown to the tenants it holds back."),
    )  # fmt: skip

    def reach(self) -> Reach:
        kind, _colon, slug = self.cleaned_data["what"].partition(":")
        match kind:
            case "application":
                return reaches.of_application(Application.objects.get(slug=slug))
            case "integration":
                return reaches.of_integration(Integration.objects.get(slug=slug))
            case "tenant":
                return reaches.of_tenant(Tenant.objects.get(slug=slug), by_staff=True)
        return reaches.everything()


class OwnNumbersForm(OwnWords, forms.Form):
    """Whether the portal numbers a connection's orders, and how."""

    own_numbers = forms.BooleanField(
        label=_("The portal numbers the orders"), required=False,
        help_text=_("Off: Visma.net does. Orders sent before keep their numbers."),
    )  # fmt: skip
    begins_with = forms.RegexField(
        rf"\A{PREFIX.pattern}\Z", label=_("Begins with"), required=False,
        widget=forms.TextInput(attrs=CODE),
        help_text=_("One to six capital letters and digits. NH gives NH000001, NH000002, …"),
        error_messages={"invalid": _("One to six capital letters and digits only.")},
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_missing = not cleaned.get("begins_with") and "begins_with" not in self.errors
        if cleaned.get("own_numbers") and is_missing:
            self.add_error("begins_with", _("This is missing."))
        return cleaned


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


def state_condition(state: str) -> dict[str, Any]:
    """The filter of a chip as conditions on Connection."""
    if state == "unconfirmed":
        return {"state": Connection.State.CONNECTED, "confirmed_at": None}
    return {"state": state} if state else {}
