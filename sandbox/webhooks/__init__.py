"""Webhooks: who wants to hear of what, what is told, and whether it arrived."""
