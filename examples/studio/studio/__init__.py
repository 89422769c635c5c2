"""Studio: a game for the platform."""
