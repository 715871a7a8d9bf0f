"""Walks the sandbox's pages of a consent as a person without scripts would."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests

PASSWORD = "sandbox"
FORM = re.compile(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'type="hidden" name="([^"]+)" value="([^"]*)"')


class WentNowhere(Exception):
    """Visma showed a page the walk doesn't know; its heading is the message."""


def walk_consent(
    session: requests.Session,
    authorize_url: str,
    email: str,
    password: str = PASSWORD,
    company: str | None = None,
    deny: bool = False,
) -> str:
    """Sign in, choose a company (its tenant id) where asked, allow or deny.

    Returns the callback's address with its query, not visited. Raises WentNowhere at a dead end.
    """
    home = urlsplit(authorize_url).netloc
    shown = _go(session, home, "GET", authorize_url)
    while shown.status_code == 200:
        form = FORM.search(shown.text)
        if form is None:
            raise WentNowhere(heading(shown.text))
        fields = {name: unescape(value) for name, value in HIDDEN.findall(form[2])}
        if 'name="password"' in form[2]:
            fields |= {"email": email, "password": password}
        elif 'name="tenant_id"' in form[2]:
            fields["tenant_id"] = company or _first_choice(form[2])
        elif 'name="decision"' in form[2]:
            fields["decision"] = "deny" if deny else "allow"
        else:
            raise WentNowhere(heading(shown.text))
        shown = _go(session, home, "POST", urljoin(shown.url, unescape(form[1])), fields)
    if "Location" not in shown.headers:
        raise WentNowhere(heading(shown.text))
    return shown.headers["Location"]


def heading(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", found[1])).split()) if found else ""


def _go(
    session: requests.Session,
    home: str,
    method: str,
    address: str,
    fields: dict[str, str] | None = None,
) -> requests.Response:
    """Follow redirects for as long as they stay at Visma."""
    shown = session.request(method, address, data=fields, allow_redirects=False, timeout=10)
    while shown.is_redirect:
        following = urljoin(shown.url, shown.headers["Location"])
        if urlsplit(following).netloc != home:
            break
        shown = session.get(following, allow_redirects=False, timeout=10)
    return shown


def _first_choice(form: str) -> str:
    found = re.search(r'name="tenant_id"[^>]*value="([^"]+)"', form)
    if found is None:
        raise WentNowhere("no company to choose")
    return found[1]
