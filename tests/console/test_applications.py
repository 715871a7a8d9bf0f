"""Applications in the console: registered as Visma has them, with a checklist and secrets."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from integrations.connections.models import Application, ApplicationSecret, Connection, Integration
from integrations.connections.services import client_secrets
from integrations.connections.services.registration import add_secret
from integrations.tenants.models import Tenant, User
from tests import walker
from tests.console.test_console import words
from tests.sandbox_process import SandboxProcess
from tests.workspace.seeds import make_connection, make_integration

APPLICATION = {
    "name": "Webshop orders", "application_type": "web", "kind": "connect",
    "client_id": "isv_web", "permission_type": "all", "scopes": "", "token_minutes": "60",
    "refresh": "reuse", "grace": "", "environment": "production",
}  # fmt: skip
OFFER = {
    "offer-name": "Orders",
    "offer-scopes": " visma.net.erp.salesorder:read  x ",
    "offer-purpose": "",
}
NEW = "/console/applications/new/"


def said(answer: Any) -> str:
    return str(list(get_messages(answer.wsgi_request))[-1])


@pytest.fixture
def application(db: None) -> Application:
    return make_integration().application


@pytest.fixture
def web(sandbox: SandboxProcess) -> Application:
    """An application that the sandbox knows, with its secret."""
    application = make_integration().application
    application.client_id = "isv_nordhandel_web"
    application.save()
    add_secret(application, "sandbox-web-secret")
    return application


def path(application: Application, end: str = "") -> str:
    return f"/console/applications/{application.slug}/{end}"


def test_registers_an_application_with_what_it_offers(staff_client: Client, staff: User) -> None:
    answer = staff_client.post(NEW, APPLICATION | OFFER)

    application = Application.objects.get()
    assert answer["Location"] == "/console/applications/webshop-orders/"
    assert (application.kind, application.client_id) == ("connect", "isv_web")
    offered = application.integrations.get()
    assert (offered.slug, offered.scopes) == ("orders", "visma.net.erp.salesorder:read x")
    assert application.scopes == "visma.net.erp.salesorder:read x"
    assert application.events.get().by == staff
    page = staff_client.get(answer["Location"]).content.decode()
    assert 'value="http' in page
    assert '/callback/connect"' in page
    assert walker.heading(page) == "Eight steps left before real companies"


def test_keeps_what_the_developer_portal_says(staff_client: Client) -> None:
    given = {
        "application_type": "service", "kind": "service", "permission_type": "non_interactive",
        "scopes": "a:read\na:write|b:read, a:read", "token_minutes": "15", "refresh": "one_time",
        "grace": "30", "environment": "test",
    }  # fmt: skip

    staff_client.post(NEW, APPLICATION | given | OFFER | {"offer-scopes": "b:read"})

    row = Application.objects.get()
    assert (row.application_type, row.permission_type) == ("service", "non_interactive")
    assert row.scopes == "a:read a:write b:read"
    assert (row.token_minutes, row.environment) == (15, "test")
    assert (row.one_time_refresh, row.refresh_grace) == (True, timedelta(seconds=30))


def test_without_scopes_it_asks_for_the_usual_ones(staff_client: Client) -> None:
    given = APPLICATION | {"application_type": "service", "kind": "service"} | OFFER

    staff_client.post(NEW, given | {"offer-scopes": ""})

    assert "vismanet_erp_service_api:read" in Integration.objects.get().scopes.split()
    assert "vismanet_erp_service_api:read" in Application.objects.get().scopes.split()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"client_id": ""}, "This is missing."),
        ({"kind": "other"}, "Choose one of the list."),
        ({"offer-name": ""}, "This is missing."),
        ({"offer-reference_prefix": "A B"}, "Letters, digits and . _ / - only."),
        ({"application_type": "spa"}, "A Single-Page App runs in a browser and gets no secret."),
        ({"application_type": "service"}, "Nobody signs in to a Service application."),
        ({"token_minutes": "61"}, "Visma gives no token more than 60 minutes."),
        ({"token_minutes": "0"}, "A whole number of minutes, 1 to 60."),
        ({"grace": "4"}, "Empty, or 5 to 60 seconds."),
        ({"grace": "61"}, "Empty, or 5 to 60 seconds."),
        ({"scopes": 'a "b"'}, "is not a scope."),
        ({"permission_type": "non_interactive"}, "don’t take what a person consents to."),
        (
            {"kind": "service", "permission_type": "interactive"},
            "They don’t take what the App Store approves.",
        ),
    ],
)
def test_registers_nothing_by_half(
    staff_client: Client, wrong: dict[str, str], sentence: str
) -> None:
    answer = staff_client.post(NEW, APPLICATION | OFFER | wrong)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in words(answer)
    assert not Application.objects.exists()
    assert not Integration.objects.exists()


def test_a_client_id_is_registered_once(staff_client: Client) -> None:
    staff_client.post(NEW, APPLICATION | OFFER)

    answer = staff_client.post(NEW, APPLICATION | OFFER)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This client id is registered here already." in words(answer)
    assert Application.objects.count() == 1


def test_changes_what_may_change(
    staff_client: Client, application: Application, staff: User
) -> None:
    given = {**APPLICATION, "name": "Orders", "environment": "test", "client_id": "another"}

    answer = staff_client.post(path(application, "change/"), given)

    assert answer["Location"] == path(application)
    application.refresh_from_db()
    assert (application.name, application.environment) == ("Orders", "test")
    assert application.client_id == "isv_webshop"
    event = application.events.get()
    assert (event.by, event.facts["columns"]) == (staff, "environment name")


def test_a_refused_change_keeps_the_name_that_is_stored(
    staff_client: Client, application: Application
) -> None:
    given = {**APPLICATION, "name": "Another", "token_minutes": "600"}

    answer = staff_client.post(path(application, "change/"), given)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert walker.heading(answer.content.decode()) == "Change Webshop orders"


def test_an_offer_asks_for_nothing_the_application_does_not_hold(
    staff_client: Client, application: Application
) -> None:
    Application.objects.update(scopes="visma.net.erp.salesorder:read")

    answer = staff_client.post(path(application, "offers/"), OFFER)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "The application does not hold x. Add it there first." in words(answer)
    assert application.integrations.count() == 1


def test_offers_another_thing_over_an_application(
    staff_client: Client, application: Application
) -> None:
    staff_client.post(path(application, "offers/"), OFFER)

    assert list(application.integrations.values_list("slug", flat=True)) == ["orders", "webshop"]


def test_a_secret_goes_in_and_never_comes_out(staff_client: Client, web: Application) -> None:
    answer = staff_client.post(path(web, "secrets/"), {"client_secret": " s3cr3t-value "})

    secret = ApplicationSecret.objects.first()
    assert secret is not None
    assert secret.value() == "s3cr3t-value"
    assert b"s3cr3t-value" not in bytes(secret.sealed_value or b"")
    assert "Visma refuses it." in said(answer)
    assert "s3cr3t-value" not in staff_client.get(path(web)).content.decode()
    assert "no-store" in staff_client.get(path(web, f"secrets/{secret.pk}/show/"))["Cache-Control"]
    assert "s3cr3t-value" not in str(list(web.events.values()))


def test_a_new_secret_is_tried_at_once(staff_client: Client, web: Application) -> None:
    web.secrets.all().delete()

    answer = staff_client.post(
        path(web, "secrets/"), {"client_secret": "sandbox-web-secret", "expires_on": "2027-03-01"}
    )

    secret = web.secrets.get()
    assert said(answer) == "Visma takes it. It is used from now on."
    assert secret.accepted_at is not None
    assert str(secret.expires_on) == "2027-03-01"


def test_the_same_secret_is_not_kept_twice(staff_client: Client, web: Application) -> None:
    answer = staff_client.post(path(web, "secrets/"), {"client_secret": "sandbox-web-secret"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "This secret is kept here already." in words(answer)


def test_a_secret_that_was_refused_is_tried_again(
    staff_client: Client, web: Application, sandbox: SandboxProcess
) -> None:
    secret = web.secrets.get()
    web.secrets.update(refused_at=timezone.now())

    answer = staff_client.post(path(web, f"secrets/{secret.pk}/try/"))

    assert said(answer) == "Visma takes it. It is used from now on."


def test_the_last_secret_that_works_stays_in_use(staff_client: Client, web: Application) -> None:
    works, wrong = web.secrets.get(), add_secret(web, "another")

    answer = staff_client.post(path(web, f"secrets/{works.pk}/retire/"))
    assert said(answer).startswith("Visma took no other secret just now")
    staff_client.post(path(web, f"secrets/{wrong.pk}/retire/"))

    assert list(web.secrets.filter(retired_at=None)) == [works]


def test_a_retired_secret_is_shown_on_a_second_press_and_then_never(
    staff_client: Client, web: Application, staff: User
) -> None:
    old = add_secret(web, "the-old-one")
    address = path(web, f"secrets/{old.pk}/show/")
    refused = staff_client.post(address)
    assert said(refused) == "This secret is not kept here any more."
    staff_client.post(path(web, f"secrets/{old.pk}/retire/"))

    asked = staff_client.get(address)
    assert walker.heading(asked.content.decode()) == "Show the secret this once?"
    assert "the-old-one" not in asked.content.decode()

    shown = staff_client.post(address)
    assert walker.heading(shown.content.decode()) == "Delete this secret at Visma now"
    assert 'value="the-old-one"' in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]

    again = staff_client.post(address)
    assert "the-old-one" not in again.content.decode()
    assert said(again) == "This secret is not kept here any more."
    assert "A retired secret was shown, then forgotten" in words(staff_client.get(path(web)))


def test_a_retired_secret_may_be_forgotten_unseen(staff_client: Client, web: Application) -> None:
    old = add_secret(web, "the-old-one")
    staff_client.post(path(web, f"secrets/{old.pk}/retire/"))

    staff_client.post(path(web, f"secrets/{old.pk}/forget/"))

    old.refresh_from_db()
    assert old.sealed_value is None


def test_a_secret_belongs_to_its_application(staff_client: Client, web: Application) -> None:
    other = make_integration("other").application
    secret = web.secrets.get()

    for end in ("try", "retire", "show", "forget"):
        answer = staff_client.post(path(other, f"secrets/{secret.pk}/{end}/"))
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_look_again_shows_what_is_proven_and_since_when(
    staff_client: Client, web: Application
) -> None:
    staff_client.post(path(web, "look/"))

    page = words(staff_client.get(path(web)))
    assert "Visma sends people back to this address." in page
    assert "Visma takes every scope that a consent asks for." in page
    assert "by us" in page
    assert "One step left before real companies" in page


def test_staff_tick_a_step_and_take_it_back(staff_client: Client, application: Application) -> None:
    staff_client.post(path(application, "steps/"), {"step": "account", "done": "yes"})
    page = words(staff_client.get(path(application)))
    assert "by nora@nordhandel.test" in page

    staff_client.post(path(application, "steps/"), {"step": "account", "done": "no"})
    assert "Tick taken back" in words(staff_client.get(path(application)))


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"step": "secret", "done": "yes"}, HTTPStatus.FOUND),
        ({"step": "other", "done": "yes"}, HTTPStatus.UNPROCESSABLE_ENTITY),
        ({}, HTTPStatus.UNPROCESSABLE_ENTITY),
    ],
)
def test_a_senseless_tick_changes_nothing(
    staff_client: Client, application: Application, given: dict[str, str], status: int
) -> None:
    answer = staff_client.post(path(application, "steps/"), given)

    assert answer.status_code == status
    assert not application.checklist.exists()


def test_an_invitation_code_is_kept_with_its_age(staff_client: Client) -> None:
    application = make_integration("service", "service").application
    yesterday = timezone.localdate() - timedelta(days=1)
    given = {"invitation_code": "ABCD-1234", "made_on": yesterday.isoformat()}

    staff_client.post(path(application, "code/"), given)

    application.refresh_from_db()
    assert application.invitation_code == "ABCD-1234"
    assert application.invitation_code_made_at is not None
    assert timezone.localtime(application.invitation_code_made_at).date() == yesterday
    assert "works until about" in words(staff_client.get(path(application)))


@pytest.mark.parametrize(
    "wrong", [{"invitation_code": ""}, {"made_on": "x"}, {"made_on": "2999-01-01"}]
)
def test_a_code_that_can_not_be_is_refused(staff_client: Client, wrong: dict[str, str]) -> None:
    application = make_integration("service", "service").application
    given = {"invitation_code": "NEW", "made_on": timezone.localdate().isoformat()} | wrong

    answer = staff_client.post(path(application, "code/"), given)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    application.refresh_from_db()
    assert application.invitation_code == "N4R7-QK2D"


def test_a_code_that_has_ended_is_said(staff_client: Client) -> None:
    application = make_integration("service", "service").application
    Application.objects.update(invitation_code_made_at=timezone.now() - timedelta(days=6))

    assert "ended about" in words(staff_client.get(path(application)))


def test_the_list_says_how_far_each_is_and_what_is_next(
    staff_client: Client, web: Application
) -> None:
    make_integration("service", "service")
    staff_client.post(path(web, "look/"))

    page = words(staff_client.get("/console/applications/"))

    assert "7 of 8 steps" in page
    assert "A company is connected" in page
    assert "Account in the Developer Portal" in page


@pytest.mark.parametrize(
    ("environment", "production", "warns"),
    [("test", True, True), ("test", False, False), ("production", True, False)],
)
@pytest.mark.parametrize("end", ["", "applications/", "applications/webshop-app/"])
def test_a_production_portal_warns_of_test_applications_that_serve(
    staff_client: Client,
    tenant: Tenant,
    settings: Any,
    environment: str,
    production: bool,
    warns: bool,
    end: str,
) -> None:
    make_connection(tenant)
    Application.objects.update(environment=environment)
    settings.PRODUCTION = production

    shown = words(staff_client.get(f"/console/{end}"))

    assert ("A test application serves companies here" in shown) == warns


def test_a_test_application_that_serves_nobody_is_no_cause(
    staff_client: Client, tenant: Tenant, settings: Any
) -> None:
    make_connection(tenant)
    Connection.objects.update(state="checking")
    Application.objects.update(environment="test")
    settings.PRODUCTION = True

    assert "A test application" not in words(staff_client.get("/console/applications/"))


def test_the_environment_stands_wherever_an_application_is_named(
    staff_client: Client, application: Application
) -> None:
    Application.objects.update(environment="test")

    for address in ("/console/applications/", path(application)):
        assert '<span class="sandbox">Test</span>' in staff_client.get(address).content.decode()


def test_what_staff_did_stands_on_the_page(
    staff_client: Client, web: Application, staff: User
) -> None:
    client_secrets.attempt(web.secrets.get(), by=staff, now=timezone.now())

    page = words(staff_client.get(path(web)))

    assert "Visma took a secret nora@nordhandel.test" in page
