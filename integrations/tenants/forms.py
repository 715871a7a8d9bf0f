"""What our forms say of what is typed into them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

WORDS: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {"required": _("This is missing.")},
    forms.CharField: {"max_length": _("This is too long: up to %(limit_value)d characters.")},
    forms.ChoiceField: {"invalid_choice": _("Choose one of the list.")},
    forms.ModelChoiceField: {"invalid_choice": _("Choose one of the list.")},
    forms.EmailField: {"invalid": _("This is not an e-mail address.")},
    forms.SlugField: {"invalid": _("Letters, digits and hyphens only.")},
}


class OwnWords(forms.BaseForm):
    """Stands before the kind of form. A field's own words win over ours, ours over Django's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages |= _ours(field)


def _ours(field: forms.Field) -> dict[str, Any]:
    """What we say in place of Django's words for this field."""
    ours: dict[str, Any] = {}
    django: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        ours |= WORDS.get(kind, {})
        django |= getattr(kind, "default_error_messages", {})
    return {
        code: text
        for code, text in ours.items()
        if field.error_messages.get(code) is django.get(code)
    }
