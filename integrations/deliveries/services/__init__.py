"""The push: accept into the outbox, lease, claim, send, settle, look."""
