"""The Sales Order service, version 3."""
