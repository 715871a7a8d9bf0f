"""The addresses of the App Store."""

from __future__ import annotations

from sandbox.appstore import entrance, integrating, shelves
from sandbox.appstore.visits import APPS, HOME, MY_APPS, ORGANISATION, visited
from sandbox.front_door import signing_in, signing_out
from sandbox.pages import own_pages_only
from sandbox.state import Route

ROUTES = [
    Route("appstore", method, path, endpoint)
    for method, path, endpoint in (
        ("GET", HOME, visited(shelves.show_home)),
        ("GET", entrance.ENTRANCE, entrance.show_entrance),
        ("POST", f"{HOME}/signin", signing_in(HOME, entrance.NAME)),
        ("POST", f"{HOME}/signout", signing_out(HOME)),
        ("POST", f"{HOME}/access", own_pages_only(entrance.give_access)),
        ("GET", ORGANISATION, entrance.show_organisations),
        ("POST", ORGANISATION, own_pages_only(entrance.choose_organisation)),
        ("POST", f"{HOME}/find", visited(shelves.find_application)),
        ("GET", APPS, visited(shelves.show_apps)),
        ("GET", MY_APPS, visited(shelves.show_my_apps)),
        ("GET", shelves.APPLICATION, visited(integrating.show_application)),
        ("POST", f"{HOME}/integrate", visited(integrating.review)),
        ("POST", f"{HOME}/accept", visited(integrating.accept)),
        ("POST", f"{HOME}/withdraw", visited(integrating.take_back)),
    )
]
