from django.apps import AppConfig
from django.core.checks import Tags, register


class SigninConfig(AppConfig):
    name = "integrations.signin"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_out

        from integrations.signin import checks, signals

        register(checks.application_is_there, Tags.database)
        user_logged_out.connect(signals.end_visma_session)
