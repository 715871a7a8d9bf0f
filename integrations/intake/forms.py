"""What a person enters: a file of orders, the name of an API key."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.connections.models import Connection
from integrations.deliveries.models import Delivery
from integrations.intake.models import ApiKey
from integrations.intake.services.mappings import MAPPINGS
from integrations.tenants.forms import OwnWords
from integrations.tenants.models import Tenant


class ConnectionChoice(forms.ModelChoiceField[Connection]):
    def label_from_instance(self, connection: Connection) -> str:
        return f"{connection.company} · {connection.integration}"


class UploadForm(OwnWords, forms.Form):
    """Where the orders go, what kind of file it is, and the file."""

    connection = ConnectionChoice(
        Connection.objects.none(),
        label=_("Company"),
        empty_label=None,
        error_messages={"required": _("Choose the company the orders go to.")},
    )
    mapping = forms.ChoiceField(
        label=_("Kind of file"),
        choices=[(mapping.name, mapping.label) for mapping in MAPPINGS.values()],
    )
    priority = forms.TypedChoiceField(
        label=_("How soon its orders go out"),
        choices=Delivery.Priority.choices,
        initial=Delivery.Priority.NORMAL,
        required=False,
        coerce=lambda given: Delivery.Priority(int(given)),
        empty_value=None,
        help_text=_("Urgent orders go before others of the company, bulk after them."),
    )
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("The file is empty. Put a header row and the orders in it."),
            "missing": _("Choose a file first."),
            "invalid": _("Choose a file first."),
        },
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        connections = Connection.objects.for_tenant(tenant).select_related("integration", "company")
        self.fields["connection"] = choice = self.fields["connection"]
        assert isinstance(choice, ConnectionChoice)  # noqa: S101 - narrows the type
        choice.queryset = connections.order_by("company__name", "integration__name")
        self.fields["file"].help_text = gettext(
            "CSV or Excel workbook (.xlsx), at most %(limit)s. Nothing is sent before you have "
            "seen what is in it."
        ) % {"limit": filesizeformat(settings.UPLOAD_LIMIT)}

    def clean_priority(self) -> Delivery.Priority:
        chosen: Delivery.Priority | None = self.cleaned_data["priority"]
        return Delivery.Priority.NORMAL if chosen is None else chosen

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if file.size and file.size > settings.UPLOAD_LIMIT:
            raise forms.ValidationError(too_large())
        return file


class ApiKeyForm(OwnWords, forms.ModelForm[ApiKey]):
    """A key is named for the system that will use it."""

    class Meta:
        model = ApiKey
        fields = ["name"]
        labels = {"name": _("Which system will use it?")}
        help_texts = {"name": _("For you to tell your keys apart, such as “Webshop”.")}


def too_large() -> str:
    """What is said of a file beyond the limit."""
    sentence = gettext("The file is larger than %(limit)s. Send the orders in smaller files.")
    return sentence % {"limit": filesizeformat(settings.UPLOAD_LIMIT)}
