"""Does the web server of this container answer? Ends with 0 or 1, for the container's health."""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit


def answers(port: int) -> bool:
    """Whether ``/healthz`` is answered with anything but a fault of the server's own."""
    connection = HTTPConnection("127.0.0.1", port, timeout=4)
    host = urlsplit(os.environ.get("PUBLIC_URL", "")).netloc or "localhost"
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if answers(int(sys.argv[1]) if len(sys.argv) > 1 else 8000) else 1)
