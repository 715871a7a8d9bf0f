"""Applications, companies, and the standing consent between them."""

from integrations.connections.models.applications import Application, Integration
from integrations.connections.models.checklists import ApplicationEvent, ChecklistStep
from integrations.connections.models.companies import Company
from integrations.connections.models.connections import Connection
from integrations.connections.models.consents import Invitation, PendingConsent
from integrations.connections.models.grants import Grant
from integrations.connections.models.incidents import Incident
from integrations.connections.models.links import InvitationLink
from integrations.connections.models.lists import ListedCompany
from integrations.connections.models.mails import Mail, Outage
from integrations.connections.models.quotas import Quota
from integrations.connections.models.secrets import ApplicationSecret

__all__ = [
    "Application",
    "ApplicationEvent",
    "ApplicationSecret",
    "ChecklistStep",
    "Company",
    "Connection",
    "Grant",
    "Incident",
    "Integration",
    "Invitation",
    "InvitationLink",
    "ListedCompany",
    "Mail",
    "Outage",
    "PendingConsent",
    "Quota",
]
