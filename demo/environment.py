"""The settings of the demo, and those that point the portal at a sandbox."""

from __future__ import annotations

import errno
import os
import random
import secrets
import socket
from pathlib import Path

from integrations.keyring import ring

# Below the ports that outgoing connections are given.
PRIVATE_PORTS = range(20_000, 32_000)


def visma(sandbox_url: str) -> dict[str, str]:
    """Every address of Visma, as the sandbox at this address (no trailing slash) serves it."""
    return {
        "VISMA_CONNECT_ISSUER": sandbox_url,
        "VISMA_CONNECT_AUTHORIZE_URL": f"{sandbox_url}/connect/authorize",
        "VISMA_CONNECT_TOKEN_URL": f"{sandbox_url}/connect/token",
        "VISMA_CONNECT_USERINFO_URL": f"{sandbox_url}/connect/userinfo",
        "VISMA_CONNECT_REVOCATION_URL": f"{sandbox_url}/connect/revocation",
        "VISMA_CONNECT_JWKS_URL": f"{sandbox_url}/.well-known/openid-configuration/jwks",
        "VISMA_CONNECT_ORGANIZATION_URL": sandbox_url,
        "VISMA_CONNECT_SALES_ORDER_URL": sandbox_url,
        "VISMA_VNI_AUTHORIZE_URL": f"{sandbox_url}/API/resources/oauth/authorize",
        "VISMA_VNI_TOKEN_URL": f"{sandbox_url}/API/security/api/v2/token",
        "VISMA_VNI_REVOCATION_URL": f"{sandbox_url}/API/security/api/v1/token",
        "VISMA_VNI_CONTEXT_URL": f"{sandbox_url}/API/resources/v1/context",
        "VISMA_VNI_ERP_URL": f"{sandbox_url}/API/controller/api",
        "VISMA_APP_STORE_URL": f"{sandbox_url}/appstore",
        "VISMA_DEVELOPER_PORTAL_URL": f"{sandbox_url}/developers",
        "VISMA_PLAIN_HTTP_HOSTS": "localhost,127.0.0.1",
    }


def portal(folder: Path, *, portal_url: str, redis_url: str) -> dict[str, str]:
    """What the portal's processes read in the demo. No .env of a developer has a say."""
    return {
        **_kept_secrets(folder / "env"),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DOTENV": os.devnull,
        "ENVIRONMENT": "development",
        "PUBLIC_URL": portal_url,
        "DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}",
        "REDIS_URL": redis_url,
        "EMAIL_URL": "consolemail://",
        "SUPPORT_EMAIL": "help@nordhandel.example",
        # The application that demo.seed registers for consents.
        "VISMA_SIGN_IN_APPLICATION": "orders-connect",
    }


def free_port(first: int | None = None) -> int:
    """The first port from there that nobody listens on, on any loopback; without one, any."""
    wanted = range(first, first + 200) if first else random.sample(PRIVATE_PORTS, 200)
    for port in wanted:
        if _is_free(socket.AF_INET, "127.0.0.1", port) and _is_free(socket.AF_INET6, "::1", port):
            return port
    raise OSError(f"No free port from {first} on.")


def _is_free(family: socket.AddressFamily, host: str, port: int) -> bool:
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            # A machine without IPv6 has no such address, and nobody listens on it.
            return family == socket.AF_INET6 and error.errno != errno.EADDRINUSE
        return True


def _kept_secrets(file: Path) -> dict[str, str]:
    """Made once, so that a browser's session and sealed values outlive a restart."""
    if not file.exists():
        made = {"SECRET_KEY": secrets.token_urlsafe(50), "ENCRYPTION_KEYS": ring.new_key()}
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={value}\n" for name, value in made.items()))
    return dict(line.split("=", 1) for line in file.read_text().splitlines())
