"""What people fill in on a tenant's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from integrations.connections.models import Connection
from integrations.connections.services.ledger_reading import FILTERS as LEDGER_FILTERS
from integrations.deliveries.models import Delivery
from integrations.deliveries.services.selecting import Selection
from integrations.deliveries.services.urgency import WORDS
from integrations.tenants.forms import OwnWords
from integrations.tenants.models import Member
from integrations.workspace.services.company_files import LARGEST
from integrations.workspace.services.orders import FILTERS

CODE = {"class": "code", "autocomplete": "off", "spellcheck": "false"}


class OrdersForm(forms.Form):
    """The filters of the list of orders, from its address. What makes no sense is left out."""

    q = forms.CharField(max_length=80, required=False)
    company = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    integration = forms.SlugField(max_length=50, required=False)
    state = forms.ChoiceField(choices=[(name, name) for name in FILTERS], required=False)
    reason = forms.ChoiceField(choices=Delivery.Reason.choices, required=False)
    priority = forms.ChoiceField(choices=[(word, word) for word in WORDS], required=False)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    after = forms.IntegerField(min_value=0, max_value=2**62, required=False)

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}

    def selection(self) -> Selection:
        """What the list shows. A text is looked for in every state."""
        wanted = self.wanted()
        text = " ".join((wanted["q"] or "").split())
        return Selection(
            state="" if text else wanted["state"] or "",
            reason=wanted["reason"] or "",
            priority=wanted["priority"] or "",
            connection=wanted["company"],
            integration=wanted["integration"] or "",
            since=wanted["since"],
            until=wanted["until"],
            text=text,
        )


def as_query(selection: Selection, **more: Any) -> dict[str, Any]:
    """The members of an address that ``OrdersForm`` reads the selection from."""
    named = {"connection": "company", "text": "q"}
    members = {named.get(name, name): value for name, value in selection.stored().items()}
    return members | {name: value for name, value in more.items() if value}


class PauseForm(OwnWords, forms.Form):
    """What of a tenant's to hold back, and why."""

    integration = forms.SlugField(max_length=50, required=False)
    why = forms.CharField(label=_("Why"), max_length=200, required=False)


class LedgerForm(forms.Form):
    """The filters of the consent ledger, from its address. What makes no sense is left out."""

    q = forms.CharField(max_length=80, required=False)
    company = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    state = forms.ChoiceField(choices=[(name, name) for name in LEDGER_FILTERS], required=False)
    before = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    after = forms.IntegerField(min_value=0, max_value=2**62, required=False)

    def wanted(self) -> dict[str, Any]:
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


class ConnectForm(forms.Form):
    """Which of the offered integrations, by its slug."""

    integration = forms.SlugField(max_length=50)


class DefaultsForm(OwnWords, forms.ModelForm[Connection]):
    """What an order gets when it doesn't say."""

    class Meta:
        model = Connection
        fields = ("order_type", "branch", "tax_category", "first_status")
        labels = {
            "order_type": _("Order type"),
            "branch": _("Branch"),
            "tax_category": _("Tax category"),
            "first_status": _("First status"),
        }
        help_texts = {
            "order_type": _("As Visma.net calls it. SO is the usual sales order."),
            "branch": _("Empty: the branch of the Visma user who connected."),
            "tax_category": _("Empty: the one of the item."),
            "first_status": _(
                "Hold keeps each order back in Visma.net until somebody releases it."
            ),
        }
        widgets = {
            "order_type": forms.TextInput(attrs=CODE),
            "branch": forms.TextInput(attrs=CODE),
            "tax_category": forms.TextInput(attrs=CODE),
        }

    def clean_order_type(self) -> str:
        order_type = str(self.cleaned_data["order_type"])
        if not (order_type.isascii() and order_type.isalnum() and len(order_type) <= 4):
            raise forms.ValidationError(_("An order type has up to four letters and digits."))
        return order_type


class NumberForm(OwnWords, forms.Form):
    """Which order in Visma.net it is."""

    order_type = forms.RegexField(
        r"\A[A-Za-z0-9]{1,4}\Z", label=_("Order type"), initial="SO",
        widget=forms.TextInput(attrs=CODE),
        error_messages={"invalid": _("An order type has up to four letters and digits.")},
    )  # fmt: skip
    number = forms.RegexField(
        r"\A[A-Za-z0-9-]{1,30}\Z", label=_("Order number in Visma.net"),
        widget=forms.TextInput(attrs=CODE),
        error_messages={"invalid": _("A number has up to 30 letters, digits and hyphens.")},
    )  # fmt: skip


class PriorityForm(OwnWords, forms.Form):
    """How soon an order that waits goes out."""

    priority = forms.TypedChoiceField(
        label=_("How soon it goes out"),
        choices=Delivery.Priority.choices,
        coerce=lambda given: Delivery.Priority(int(given)),
    )


class MemberForm(OwnWords, forms.Form):
    """Whom to give access, and what they may do."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(
        label=_("They may"),
        choices=[
            (Member.Role.OWNER, _("See everything and act")),
            (Member.Role.READER, _("See everything")),
        ],
        widget=forms.RadioSelect,
        initial=Member.Role.OWNER,
    )


class MailsForm(OwnWords, forms.Form):
    """What one member is mailed about."""

    mails = forms.ChoiceField(label=_("Mails"), choices=Member.Mails.choices)


class ManyForm(OwnWords, forms.Form):
    """Rows of companies, pasted or in a file, or both."""

    text = forms.CharField(
        label=_("Rows to add"),
        required=False,
        max_length=500_000,
        widget=forms.Textarea(attrs={**CODE, "rows": 8}),
    )
    file = forms.FileField(
        label=_("Or a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        help_text=_("CSV or Excel workbook (.xlsx), up to 1 MB and 2,000 rows."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        file = given.get("file")
        if file is not None and file.size > LARGEST:
            self.add_error("file", _("The file is larger than 1 MB. Give the rows in parts."))
        elif not str(given.get("text", "")).strip() and not file and not self.errors:
            self.add_error("text", _("Paste at least one row, or choose a file."))
        return given


class ListedIdForm(OwnWords, forms.Form):
    """Another tenant id for a row; what is wrong with it, the row says."""

    given_id = forms.CharField(max_length=80)
