"""A page as a person without JavaScript uses it: words, links, and forms with buttons."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from demo.markup import Element


class NotThere(Exception):
    """The page has no such button, link, field or choice."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What pressing a button sends."""

    address: str
    method: str
    fields: dict[str, str]
    with_files: bool


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    status: int
    root: Element

    @property
    def text(self) -> str:
        return self.root.text

    def link(self, words: str) -> str:
        """The address behind the first link with these words. Raises NotThere."""
        for link in self.root.all("a"):
            if "href" in link.attributes and words.lower() in link.text.lower():
                return urljoin(self.url, link.attributes["href"])
        raise NotThere(f"{self.url} has no link {words!r}: {self.text[:500]}")

    def marked(self, name: str) -> str:
        """The words, or the value, of the element with this id. Raises NotThere."""
        for one in self.root.all():
            if one.attributes.get("id") == name:
                return one.attributes.get("value") or one.text
        raise NotThere(f"{self.url} has nothing marked {name!r}.")

    def has_button(self, words: str) -> bool:
        return any(words.lower() in button.text.lower() for _, button in self._buttons())

    def press(self, words: str, **filled: str) -> Submission:
        """The form of the first button with these words, with these fields filled in.

        A radio is picked by the words beside it: ``company="Fjordlys AS"``. Raises NotThere.
        """
        for form, button in self._buttons():
            if words.lower() in button.text.lower():
                return self._submission(form, button, filled)
        known = [button.text for _, button in self._buttons()]
        raise NotThere(f"{self.url} has no button {words!r}, but {known}: {self.text[:500]}")

    def _buttons(self) -> list[tuple[Element, Element]]:
        """Each with its form: the one around it, unless it names another."""
        forms = list(self.root.all("form"))
        by_id = {form.attributes["id"]: form for form in forms if "id" in form.attributes}
        inside = [(form, one) for form in forms for one in form.all("button")]
        around = {id(button): form for form, button in inside}
        buttons = [
            (by_id.get(one.attributes.get("form", ""), around.get(id(one))), one)
            for one in self.root.all("button")
        ]
        return [(form, button) for form, button in buttons if form is not None]

    def _submission(self, form: Element, button: Element, filled: dict[str, str]) -> Submission:
        fields = _untouched(form)
        for name, given in filled.items():
            fields[name] = _picked(form, name, given)
        if "name" in button.attributes:
            fields[button.attributes["name"]] = button.attributes.get("value", "")
        action = button.attributes.get("formaction") or form.attributes.get("action") or self.url
        return Submission(
            urljoin(self.url, action),
            form.attributes.get("method", "get").lower(),
            fields,
            form.attributes.get("enctype") == "multipart/form-data",
        )


def _untouched(form: Element) -> dict[str, str]:
    """What the form sends when nobody fills in anything."""
    fields: dict[str, str] = {}
    for one in form.all("input", "select", "textarea"):
        kind = one.attributes.get("type", "text")
        name = one.attributes.get("name", "")
        if not name or kind in {"file", "submit", "button"} or "disabled" in one.attributes:
            continue
        if kind in {"radio", "checkbox"}:
            if "checked" in one.attributes:
                fields[name] = one.attributes.get("value", "on")
        elif one.tag == "select":
            fields[name] = _selected(one)
        else:
            fields[name] = one.attributes.get("value", "" if one.tag == "input" else one.text)
    return fields


def _selected(select: Element) -> str:
    options = list(select.all("option"))
    chosen = [one for one in options if "selected" in one.attributes] or options[:1]
    return chosen[0].attributes.get("value", chosen[0].text) if chosen else ""


def _picked(form: Element, name: str, given: str) -> str:
    """The value of the radio or option with these words beside it; of anything else, the words."""
    named = [one for one in form.all() if one.attributes.get("name") == name]
    if not named:
        raise NotThere(f"The form has no field {name!r}.")
    if named[0].tag == "select":
        choices = [(one.text, one.attributes.get("value", one.text)) for one in named[0].all()]
    elif named[0].attributes.get("type") in {"radio", "checkbox"}:
        choices = [(_label(form, one), one.attributes.get("value", "on")) for one in named]
    else:
        return given
    for words, value in choices:
        if given in words or given == value:
            return value
    raise NotThere(f"No choice of {name!r} says {given!r}; there are {choices}.")


def _label(form: Element, field: Element) -> str:
    """The label around the field, or the one that names its id."""
    return " ".join(
        label.text
        for label in form.all("label")
        if field in list(label.all("input"))
        or ("id" in field.attributes and label.attributes.get("for") == field.attributes["id"])
    )
