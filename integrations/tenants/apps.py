from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "integrations.tenants"
