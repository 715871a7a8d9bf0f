from django.apps import AppConfig
from django.core.checks import Tags, register


class ConnectionsConfig(AppConfig):
    name = "integrations.connections"

    def ready(self) -> None:
        from integrations.connections import checks

        register(checks.secrets_can_be_kept)
        register(checks.quarantine_outlasts_a_read)
        register(checks.repeats_keep_vismas_limits)
        register(checks.vendor_is_named)
        register(checks.production_is_safe)
        register(checks.commits_are_durable, Tags.database)
