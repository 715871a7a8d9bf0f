"""Appending to a tenant's chain, verifying it, and forgetting what may be forgotten."""

from integrations.audit.services.chain import event_digest, holds, record, verify

__all__ = ["event_digest", "holds", "record", "verify"]
