"""Visma Connect: discovery, sign-in and consent pages, tokens, userinfo, revocation."""
