"""How orders come in: accepted into the outbox, one by one or from a file."""
