"""How a sandbox begins: the settings file, scenarios, a saved state."""
