"""Throws faults at real processes and tells whether every order came to be there once."""
