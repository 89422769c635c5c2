"""Benchmarks against a naive Channels server and our goals: run ``python -m bench``."""
