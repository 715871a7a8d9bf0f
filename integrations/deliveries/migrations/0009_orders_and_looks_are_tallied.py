from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# What a statement changed, added up; most add two rows, and one that changes no state none.
_TALLY = """
    INSERT INTO deliveries_tally (subject, name, reason, change)
    SELECT '{subject}', name, reason, sum(change) FROM ({changes}) AS changes (name, reason, change)
    GROUP BY name, reason HAVING sum(change) <> 0;"""
_NEWER = "SELECT state, reason, 1 FROM newer"
_OLDER = "SELECT state, reason, -1 FROM older"
_FOUND = "SELECT finding, '', 1 FROM newer"
_EMPTIED = "DELETE FROM deliveries_tally WHERE subject = 'order';"

# Name → table, event, what the statement is given to read, and what is done.
TRIGGERS = {
    "orders_inserted": (
        "deliveries_delivery", "INSERT", "REFERENCING NEW TABLE AS newer",
        _TALLY.format(subject="order", changes=_NEWER),
    ),
    "orders_updated": (
        "deliveries_delivery", "UPDATE",
        "REFERENCING OLD TABLE AS older NEW TABLE AS newer",
        _TALLY.format(subject="order", changes=f"{_NEWER} UNION ALL {_OLDER}"),
    ),
    "orders_deleted": (
        "deliveries_delivery", "DELETE", "REFERENCING OLD TABLE AS older",
        _TALLY.format(subject="order", changes=_OLDER),
    ),
    "orders_truncated": ("deliveries_delivery", "TRUNCATE", "", _EMPTIED),
    "looks_inserted": (
        "deliveries_look", "INSERT", "REFERENCING NEW TABLE AS newer",
        _TALLY.format(subject="look", changes=_FOUND),
    ),
}  # fmt: skip


def create(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """A trigger's table stays locked until commit: nothing changes between it and the first sum."""
    if editor.connection.vendor != "postgresql":
        return
    for name, (table, event, reads, body) in TRIGGERS.items():
        editor.execute(
            f"CREATE FUNCTION deliveries_tally_{name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {body} RETURN NULL; END $$"
        )
        editor.execute(
            f"CREATE TRIGGER tally_{name} AFTER {event} ON {table} {reads}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION deliveries_tally_{name}()"
        )
    editor.execute(
        _TALLY.format(subject="order", changes="SELECT state, reason, 1 FROM deliveries_delivery")
    )
    editor.execute(
        _TALLY.format(subject="look", changes="SELECT finding, '', 1 FROM deliveries_look")
    )


def drop(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor != "postgresql":
        return
    for name, (table, *_) in TRIGGERS.items():
        editor.execute(f"DROP TRIGGER tally_{name} ON {table}")
        editor.execute(f"DROP FUNCTION deliveries_tally_{name}()")
    editor.execute("DELETE FROM deliveries_tally WHERE subject <> 'phase'")


class Migration(migrations.Migration):
    """Each statement that changes states of orders, or writes looks, adds its own sums.

    Statement by statement and not row by row: about a microsecond for each order, a hundredth of
    what its claim and its outcome cost. SQLite has no such triggers; there they are counted.
    """

    dependencies = [("deliveries", "0008_tallies")]

    operations = [migrations.RunPython(create, drop)]
