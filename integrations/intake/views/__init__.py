"""A tenant's pages of files and API keys."""
