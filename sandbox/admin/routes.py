"""The addresses of Visma Admin."""

from __future__ import annotations

from sandbox.admin import companies, users
from sandbox.admin.visits import COMPANIES, HOME, NAME, USERS, visited
from sandbox.front_door import signing_in, signing_out
from sandbox.state import Route

ROUTES = [
    Route("admin", method, path, endpoint)
    for method, path, endpoint in (
        ("GET", HOME, visited(users.show_users)),
        ("POST", f"{HOME}/signin", signing_in(HOME, NAME)),
        ("POST", f"{HOME}/signout", signing_out(HOME)),
        ("GET", USERS, visited(users.show_users)),
        ("GET", users.USER, visited(users.show_user)),
        ("POST", users.USER, visited(users.save_roles)),
        ("POST", f"{users.USER}/access", visited(users.add_access)),
        ("POST", f"{HOME}/invite", visited(users.invite)),
        ("GET", COMPANIES, visited(companies.show_companies)),
        ("GET", companies.COMPANY, visited(companies.show_company)),
        ("POST", companies.COMPANY, visited(companies.save_company)),
    )
]
