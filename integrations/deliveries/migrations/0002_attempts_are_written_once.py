from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

PARTS = {
    "ended_at": ("ended_at", "ending", "curl_code", "fault"),
    "answered_at": ("answered_at", "status", "visma_type", "visma_number", "answer"),
    "cleared_at": ("cleared_at",),
}
FIXED = ("delivery_id", "number", "epoch", "route", "token_number", "opened_at")
SENTENCE = "an attempt is written once"


def _changed(same: str) -> str:
    """True when an update would change what is written: one condition for both databases."""
    parts = [
        f"(OLD.{marker} IS NOT NULL AND ({' OR '.join(f'OLD.{c} {same} NEW.{c}' for c in columns)}))"
        for marker, columns in PARTS.items()
    ]
    return " OR ".join([*parts, *(f"OLD.{column} {same} NEW.{column}" for column in FIXED)])


def create(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(
            "CREATE FUNCTION deliveries_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        editor.execute(
            "CREATE TRIGGER attempts_are_written_once BEFORE UPDATE ON deliveries_attempt"
            f" FOR EACH ROW WHEN ({_changed('IS DISTINCT FROM')})"
            " EXECUTE FUNCTION deliveries_refuse_rewriting()"
        )
    else:
        editor.execute(
            "CREATE TRIGGER attempts_are_written_once BEFORE UPDATE ON deliveries_attempt"
            f" FOR EACH ROW WHEN ({_changed('IS NOT')})"
            f" BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        )


def drop(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP TRIGGER attempts_are_written_once ON deliveries_attempt")
        editor.execute("DROP FUNCTION deliveries_refuse_rewriting()")
    else:
        editor.execute("DROP TRIGGER attempts_are_written_once")


class Migration(migrations.Migration):
    """Each part of an attempt is written once, whoever asks; the database sees to it.

    On SQLite Django rebuilds a table to alter it, which drops its triggers: a later migration of
    Attempt must create this one again (a test notices).
    """

    dependencies = [("deliveries", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
