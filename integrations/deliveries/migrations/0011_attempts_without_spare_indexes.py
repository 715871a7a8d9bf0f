from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_written_once = import_module("integrations.deliveries.migrations.0002_attempts_are_written_once")


def create_again(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite rebuilt the table, and its trigger is gone."""
    if editor.connection.vendor == "sqlite":
        _written_once.create(apps, editor)


def leave_room(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """An attempt is written twice: its second version fits beside the first, and no index changes."""
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE deliveries_attempt SET (fillfactor = 50)")


def leave_none(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE deliveries_attempt RESET (fillfactor)")


class Migration(migrations.Migration):
    """What an attempt costs the database: one index beside its key, and an update in its place."""

    dependencies = [("deliveries", "0010_own_numbers_and_lists")]

    operations = [
        migrations.RemoveConstraint(
            model_name="attempt",
            name="at_most_one_open_attempt_per_delivery",
        ),
        migrations.AlterField(
            model_name="attempt",
            name="delivery",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attempts",
                to="deliveries.delivery",
            ),
        ),
        migrations.RunPython(create_again, create_again),
        migrations.RunPython(leave_room, leave_none),
    ]
