"""The ERP API, version 1."""
