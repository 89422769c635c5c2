"""Benchmarks: a load generator, a naive Channels server beside ours, the goals: run ``python -m bench``."""
