"""Puts the demo world together."""

from __future__ import annotations

from sandbox.demo.applications import (
    CODE_LIFETIME,
    INVITATION_CODE,
    SERVICE_CLIENT_ID,
    demo_applications,
    demo_developer,
)
from sandbox.demo.companies import demo_companies, demo_namesake
from sandbox.demo.ids import demo_id
from sandbox.demo.people import demo_users
from sandbox.settings import Settings
from sandbox.world.applications import InvitationCode
from sandbox.world.companies import Contract
from sandbox.world.everything import World


def demo_world(settings: Settings, now: float) -> World:
    """Build the world. ``now`` is seconds since the epoch and starts the code's life."""
    world = World()
    contract = Contract(demo_id(settings, "contract"), "Fjordlys")
    world.contracts[contract.tenant_id] = contract
    norway, sweden, denmark = demo_companies(settings, contract)
    companies = [norway, sweden, denmark, demo_namesake(settings, contract)]
    for company in companies:
        world.companies[company.tenant_id] = company
    for user in demo_users(settings, contract, companies):
        world.users[user.sub] = user
    for application in demo_applications(settings):
        world.applications[application.client_id] = application
    developer = demo_developer()
    world.developers[developer.email] = developer
    world.invitation_codes[INVITATION_CODE] = InvitationCode(
        INVITATION_CODE, SERVICE_CLIENT_ID, now + CODE_LIFETIME
    )
    return world
