from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.visma.servers import Script, Server, server_context

StartServer = Callable[..., Server]


@pytest.fixture
def start(certificate: Path) -> Iterator[StartServer]:
    """Start a server with a script; ``tls=True`` gives it a certificate of ``ca_file``."""
    servers: list[Server] = []

    def start_server(script: Script, *, tls: bool = False) -> Server:
        context = server_context(certificate) if tls else None
        servers.append(Server(script, context))
        return servers[-1]

    yield start_server
    for server in servers:
        server.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``ca.pem`` and the certificate it signed for 127.0.0.1, ``server.pem``."""
    folder = tmp_path_factory.mktemp("authority")
    ca_key, server_key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    ca_name = _name("Test CA")
    ca = (
        _certificate(ca_name, ca_name, ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    server = (
        _certificate(_name("server"), ca_name, server_key)
        .add_extension(names, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    private = server_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (folder / "server.pem").write_bytes(private + server.public_bytes(serialization.Encoding.PEM))
    return folder


@pytest.fixture(scope="session")
def ca_file(authority: Path) -> str:
    return str(authority / "ca.pem")


@pytest.fixture(scope="session")
def certificate(authority: Path) -> Path:
    return authority / "server.pem"


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
