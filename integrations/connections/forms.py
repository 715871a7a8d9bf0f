"""What people type on the way to a connection."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrations.connections.models import ApplicationSecret, Integration
from integrations.connections.services import companies, lives
from integrations.connections.services.companies import Candidate
from integrations.tenants.forms import OwnWords

HYPHENS = re.compile("[\u2010-\u2015\u2212]")


class CompanyForm(OwnWords, forms.Form):
    """One company to confirm, or several to pick from; a nameless one needs its number."""

    company = forms.MultipleChoiceField(
        label=gettext_lazy("Companies"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick at least one company."),
            "invalid_choice": gettext_lazy("Tick a company of the list."),
        },
    )
    number = forms.CharField(
        label=gettext_lazy("Organisation number"), max_length=60, required=False
    )

    def __init__(self, *args: Any, companies: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._candidates = {each.key: each for each in _read(companies) if not each.locked}
        choices = self.fields["company"]
        if isinstance(choices, forms.MultipleChoiceField):
            choices.choices = [(key, each.label) for key, each in self._candidates.items()]
        self.nameless = any(not each.name for each in self._candidates.values())
        self.fields["number"].required = self.nameless
        self.fields["number"].help_text = _(
            "Visma did not tell us the name, so we write down the number as you give it."
        )

    def chosen(self) -> list[Candidate]:
        return [self._candidates[key] for key in self.cleaned_data["company"]]


class SignInForm(OwnWords, forms.Form):
    """Who is going to sign in at Visma, for whoever knows it."""

    declared_user = forms.EmailField(
        label=gettext_lazy("Who will sign in at Visma?"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "The e-mail address of the Visma user. We stop if somebody else signs in by mistake."
        ),
    )


class TenantIdForm(OwnWords, forms.Form):
    """A tenant id as people paste it: with blanks, braces, or a hyphen from a text program."""

    visma_tenant_id = forms.CharField(
        max_length=80,
        widget=forms.TextInput(
            attrs={"class": "code", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={"required": gettext_lazy("Paste the tenant id here.")},
    )

    def __init__(self, *args: Any, tenant: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["visma_tenant_id"]
        field.label = _("Tenant id of %(tenant)s") % {"tenant": tenant}
        field.help_text = _("36 characters, four of them hyphens.")

    def clean_visma_tenant_id(self) -> UUID:
        text = HYPHENS.sub("-", self.cleaned_data["visma_tenant_id"]).strip(" {}\"'\t\r\n")
        if re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
            return UUID(text)
        raise forms.ValidationError(
            _("This is not a tenant id: it has 36 characters, four of them hyphens.")
        )


class InvitationForm(OwnWords, forms.Form):
    """Whom to invite to what. Only staff may name the company beforehand."""

    integration = forms.ModelChoiceField(
        Integration.objects.all(), label=gettext_lazy("What to connect"), empty_label=None
    )
    email = forms.EmailField(label=gettext_lazy("E-mail address"))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    minutes = forms.TypedChoiceField(label=gettext_lazy("The link works for"), coerce=int)
    expected_visma_tenant_id = forms.UUIDField(
        label=gettext_lazy("Tenant id of the company"),
        required=False,
        widget=forms.TextInput(attrs={"class": "code"}),
        help_text=gettext_lazy("If you know it, nobody has to say yes to the company later."),
        error_messages={
            "invalid": gettext_lazy(
                "This is not a tenant id: it has 36 characters, four of them hyphens."
            )
        },
    )
    mail = forms.BooleanField(label=gettext_lazy("Mail the link"), required=False, initial=True)
    with_code = forms.BooleanField(
        label=gettext_lazy("Ask for a code that I tell by phone"),
        required=False,
        help_text=gettext_lazy(
            "We show it to you once. Whoever has only the mail can’t use the link; after five "
            "wrong tries it is shut."
        ),
    )

    def __init__(self, *args: Any, by_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        minutes = self.fields["minutes"]
        if isinstance(minutes, forms.TypedChoiceField):
            minutes.choices = lives.choices()
            minutes.initial = lives.usual()
        if not by_staff:
            del self.fields["expected_visma_tenant_id"]

    def life(self) -> timedelta:
        """How long the link shall live."""
        return timedelta(minutes=self.cleaned_data["minutes"])


class CodeForm(OwnWords, forms.Form):
    """The code of a link, as it was heard: with blanks or without."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "code", "autocomplete": "one-time-code", "inputmode": "numeric",
                "spellcheck": "false",
            }
        ),
        help_text=gettext_lazy("Eight digits."),
    )  # fmt: skip


class PassOnForm(OwnWords, forms.Form):
    """Who signs in at Visma in the reader's place."""

    passed_to = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        max_length=254,
        help_text=gettext_lazy("They get a link of their own. They need no log-in here."),
    )


class SecretForm(OwnWords, forms.ModelForm[ApplicationSecret]):
    """A client secret goes in and never comes out."""

    # Not named as the model's method is: the desk would print what that returns.
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("As the Developer Portal showed it once. It is not shown again."),
    )

    class Meta:
        model = ApplicationSecret
        fields = ["expires_on"]
        labels = {"expires_on": gettext_lazy("Ends on")}
        help_texts = {
            "expires_on": gettext_lazy("If the Developer Portal names a day. We write before it.")
        }
        widgets = {"expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        error_messages = {"expires_on": {"invalid": gettext_lazy("A day, as in 2026-11-20.")}}

    def clean_client_secret(self) -> str:
        return str(self.cleaned_data["client_secret"]).strip()

    def save(self, commit: bool = True) -> ApplicationSecret:
        self.instance.seal(self.cleaned_data["client_secret"])
        return super().save(commit=commit)


def _read(rows: list[dict[str, Any]]) -> list[Candidate]:
    return companies.as_read(rows)
