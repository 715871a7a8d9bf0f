"""The addresses of webhooks: pages, and the control API."""

from __future__ import annotations

from sandbox.control.answers import controlled
from sandbox.pages import own_pages_only
from sandbox.state import Route
from sandbox.webhooks import control, pages

ROUTES = [
    Route("webhooks", "GET", pages.HOME, pages.show_webhooks),
    Route("webhooks", "POST", pages.HOME, own_pages_only(pages.add_subscription)),
    Route("webhooks", "POST", f"{pages.HOME}/delete", own_pages_only(pages.delete_subscription)),
    *(
        Route(f"control.{path}", method, f"/_control/{path}", controlled(work))
        for method, path, work in (
            ("POST", "subscriptions", control.add_subscription),
            ("GET", "subscriptions", control.list_subscriptions),
            ("DELETE", "subscriptions", control.delete_subscriptions),
            ("GET", "deliveries", control.list_deliveries),
            ("POST", "deliveries", control.send_again),
            ("POST", "events", control.tell),
        )
    ),
]
