"""Trials: what the platform promises, tried on real servers that are killed, starved and lied to."""
