"""Handlers of the world socket's commands, one module per topic."""
