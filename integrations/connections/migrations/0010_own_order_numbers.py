from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connections", "0009_order_in_a_key")]

    operations = [
        migrations.AddField("connection", "own_numbers", models.BooleanField(default=False)),
        migrations.AddField(
            "connection", "number_prefix", models.CharField(blank=True, max_length=6)
        ),
        migrations.AddField(
            "connection", "next_number", models.PositiveBigIntegerField(default=1)
        ),
        migrations.AddField(
            "connection", "repeats_refused_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddConstraint(
            "connection",
            models.CheckConstraint(
                condition=models.Q(own_numbers=False) | ~models.Q(number_prefix=""),
                name="own_numbers_only_with_a_prefix",
            ),
        ),
    ]
