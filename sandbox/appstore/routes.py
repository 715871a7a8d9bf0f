"""The addresses of the App Store."""

from __future__ import annotations

from sandbox.appstore import pages
from sandbox.appstore.pages import HOME
from sandbox.state import Route

ROUTES = [
    Route("appstore", "GET", HOME, pages.show_home),
    Route("appstore", "POST", f"{HOME}/signin", pages.sign_in),
    Route("appstore", "POST", f"{HOME}/signout", pages.sign_out),
    Route("appstore", "POST", f"{HOME}/find", pages.find_application),
    Route("appstore", "POST", f"{HOME}/approve", pages.approve),
    Route("appstore", "POST", f"{HOME}/withdraw", pages.withdraw),
]
