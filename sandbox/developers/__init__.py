"""The Developer Portal, where an integrator registers applications and asks for APIs."""
