"""Staff signed in, and a tenant to look at."""

from __future__ import annotations

from tests.workspace.conftest import connection, owner, reader, staff_client, stranger

__all__ = ["connection", "owner", "reader", "staff_client", "stranger"]
