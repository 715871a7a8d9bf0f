"""A stand-in for Visma over real HTTP: a program of its own, run with ``python -m sandbox``.

It imports nothing of the portal and nothing of the portal imports it.
"""
