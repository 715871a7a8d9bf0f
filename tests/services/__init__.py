"""The private servers the tests run on."""
