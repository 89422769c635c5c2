"""Shared test infrastructure, and tests of the setup itself."""
