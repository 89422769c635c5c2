"""Trials: the platform's promises, tested on real servers while faults are injected."""
