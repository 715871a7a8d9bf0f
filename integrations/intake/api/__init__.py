"""Orders over HTTP, below ``/api/v1``; ``docs/api.md`` is for its users."""
