"""The addresses of the Developer Portal."""

from __future__ import annotations

from sandbox.developers import (
    accounts,
    apis,
    applications,
    credentials,
    integrations,
    logos,
    store,
)
from sandbox.developers.accounts import ACCOUNT, SIGN_OUT
from sandbox.developers.desk import (
    ACCESS,
    APIS_PAGE,
    APPLICATIONS,
    HOME,
    SETUP,
    SIGN_IN,
    at_application,
    at_desk,
)
from sandbox.pages import own_pages_only
from sandbox.state import Endpoint, Route

ONE = f"{APPLICATIONS}/(?P<client_id>[^/]+)"
WISH = f"{ONE}/integrations/(?P<number>[0-9]{{1,4}})"

_SHOWN: list[tuple[str, Endpoint]] = [
    (SIGN_IN, accounts.show_sign_in),
    (ACCOUNT, accounts.show_account),
    (ACCESS, accounts.show_access),
    (SETUP, accounts.show_setup),
    (SIGN_OUT, accounts.show_sign_out),
    (HOME, at_desk(applications.show_start)),
    (APPLICATIONS, at_desk(applications.list_applications)),
    (f"{APPLICATIONS}/new", at_desk(applications.choose_kind)),
    (APIS_PAGE, at_desk(apis.list_apis)),
    (f"{APIS_PAGE}/(?P<api>[a-z]+)", at_desk(apis.show_api)),
    (apis.NEW_INTEGRATION, at_desk(integrations.new_integration)),
    (ONE, at_application(applications.show_application)),
    (f"{ONE}/delete", at_application(applications.ask_deletion)),
    (f"{ONE}/credentials", at_application(credentials.show_credentials)),
    (f"{ONE}/integrations", at_application(integrations.show_integrations)),
    (f"{ONE}/store", at_application(store.show_store)),
    (f"{ONE}/codes/new", at_application(store.ask_code)),
]
_DONE: list[tuple[str, Endpoint]] = [
    (SIGN_IN, accounts.sign_in),
    (ACCOUNT, accounts.create_account),
    (ACCESS, accounts.give_access),
    (SETUP, accounts.complete_setup),
    (SIGN_OUT, accounts.sign_out),
    (APPLICATIONS, at_desk(applications.create_application)),
    (integrations.INTEGRATIONS, at_desk(integrations.ask_integration)),
    (ONE, at_application(applications.save_application)),
    (f"{ONE}/delete", at_application(applications.delete_application)),
    (f"{ONE}/partner", at_application(applications.decide_partner)),
    (f"{ONE}/logo", at_application(logos.upload_logo)),
    (f"{ONE}/logo/decision", at_application(logos.decide_logo)),
    (f"{ONE}/secrets", at_application(credentials.generate_secret)),
    (f"{ONE}/secrets/delete", at_application(credentials.delete_secret)),
    (f"{WISH}/decision", at_application(integrations.decide_integration)),
    (f"{WISH}/remove", at_application(integrations.remove_integration)),
    (f"{ONE}/store", at_application(store.publish)),
    (f"{ONE}/store/review", at_application(store.review)),
    (f"{ONE}/store/unpublish", at_application(store.unpublish)),
    (f"{ONE}/codes", at_application(store.generate_code)),
    (f"{ONE}/codes/withdraw", at_application(store.withdraw_code)),
]

ROUTES = [
    *(Route("developers", "GET", address, endpoint) for address, endpoint in _SHOWN),
    *(Route("developers", "POST", address, own_pages_only(work)) for address, work in _DONE),
]
