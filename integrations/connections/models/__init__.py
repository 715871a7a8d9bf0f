"""Applications, companies, and the standing consent between them."""

from integrations.connections.models.applications import Application, ApplicationSecret, Integration
from integrations.connections.models.companies import Company
from integrations.connections.models.connections import Connection
from integrations.connections.models.consents import Invitation, PendingConsent
from integrations.connections.models.grants import Grant
from integrations.connections.models.incidents import Incident
from integrations.connections.models.quotas import Quota

__all__ = [
    "Application",
    "ApplicationSecret",
    "Company",
    "Connection",
    "Grant",
    "Incident",
    "Integration",
    "Invitation",
    "PendingConsent",
    "Quota",
]
