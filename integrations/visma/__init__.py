"""Speaks HTTP to Visma. Knows no Django, no models, no settings: plain values in and out."""
