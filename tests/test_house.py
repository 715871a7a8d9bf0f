"""The house rules that no other tool checks."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db.models import ForeignKey

ROOT = Path(__file__).resolve().parent.parent

# Each app may refer to those after it, and to itself.
ORDER = [
    "workspace console",
    "intake",
    "deliveries",
    "orders",
    "signin",
    "connections",
    "audit",
    "tenants",
]
LEVEL = {label: level for level, labels in enumerate(ORDER) for label in labels.split()}
# The options that keep addresses out of the locks, and this list.
ALLOWED = {"run", "tests/test_house.py"}
MEANINGLESS = {"utils", "helpers", "common", "misc", "manager"}
INDEX = re.compile(
    rb"(pypi\.|pythonhosted\.|npmjs\.|registry\.|/simple/|index-url|find-links)[\w./-]*", re.I
)


def test_every_app_of_the_product_has_its_place_in_the_order() -> None:
    ours = {
        config.label for config in apps.get_app_configs() if config.name.startswith("integrations.")
    }

    assert ours == LEVEL.keys()


def test_foreign_keys_follow_the_order_of_the_imports() -> None:
    assert [
        f"{source} -> {target}" for source, target in _references() if LEVEL[source] > LEVEL[target]
    ] == []


def test_every_setting_is_explained_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text()

    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", example, re.M))

    assert named - {"POSTGRES_PASSWORD"} == _settings_read()


def test_no_module_has_a_name_that_says_nothing() -> None:
    modules = {Path(name) for name in _files() if name.endswith(".py")}

    assert {
        str(path) for path in modules for part in path.parts if Path(part).stem in MEANINGLESS
    } == set()


def test_no_file_names_a_package_index() -> None:
    named = {
        name: found[0].decode()
        for name in _files()
        if name not in ALLOWED and (found := INDEX.search((ROOT / name).read_bytes()))
    }

    assert named == {}


def _references() -> Iterator[tuple[str, str]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey):
                labels = model._meta.app_label, field.related_model._meta.app_label
                if LEVEL.keys() >= set(labels):
                    yield labels


def _settings_read() -> set[str]:
    """The names in ``env.text("NAME", ...)`` and ``os.environ.get("NAME")``."""
    tree = ast.parse((ROOT / "portal/settings.py").read_text())
    return {
        str(node.args[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) in {"env", "os.environ"}
        and isinstance(node.args[0], ast.Constant)
    }


def _files() -> Iterator[str]:
    """What belongs to the project: nothing built, cached or private."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name == ".ci" or name[0] not in "._"]
        folders[:] = [name for name in folders if name not in {"var", "staticfiles"}]
        yield from (str(Path(folder, name).relative_to(ROOT)) for name in names if name != ".env")
