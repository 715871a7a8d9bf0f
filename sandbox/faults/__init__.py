"""Faults on demand: where they apply, how often, and what they do to the connection."""
