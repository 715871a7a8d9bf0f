"""What keeps an idle grant alive, and what the doctor writes down."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connections", "0005_applications_and_secrets")]

    operations = [
        *[
            migrations.AddField(
                model, name, models.PositiveSmallIntegerField(blank=True, null=True)
            )
            for model in ("application", "grant")
            for name in ("refresh_idle_days", "refresh_absolute_days")
        ],
        migrations.AddField(
            "grant", "one_time_refresh", models.BooleanField(blank=True, null=True)
        ),
        migrations.AddField("grant", "refresh_grace", models.DurationField(blank=True, null=True)),
        migrations.AddField("grant", "refreshed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("connection", "looked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "connection", "repaired_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            "connection", "clock_offset", models.DurationField(blank=True, null=True)
        ),
    ]
