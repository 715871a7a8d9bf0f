"""What the ERP API keeps beside the company's own records."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Attachment:
    """A file of an order; only its name and size are kept. ``line`` 0 is the order itself."""

    id: str
    name: str
    size: int
    line: int = 0
    revision: int = 1


@dataclass(slots=True)
class Job:
    """A call that is run later. Moments are seconds since the epoch; bodies are Latin-1.

    ``status_code`` is 0 until the call has been made; ``failure`` says why it could not be.
    """

    id: str
    tenant_id: str
    client_id: str
    sub: str | None
    scopes: list[str]
    method: str
    path: str
    query_string: str
    headers: dict[str, str]
    body: str
    webhook: str
    received_at: float
    starts_at: float
    ends_at: float
    status_code: int = 0
    content: str = ""
    response_headers: dict[str, str] = field(default_factory=dict)
    failure: str = ""


@dataclass(slots=True)
class ErpBook:
    """``attachments`` go by tenant, order type and number; ``pending`` are jobs not yet run."""

    attachments: dict[tuple[str, str, str], list[Attachment]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
