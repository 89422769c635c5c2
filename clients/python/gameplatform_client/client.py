"""The client of the whole platform: the shared world, and all that a session plays."""

from gameplatform_client.play import Playing


class NetworkClient(Playing):
    """Everything a player's program needs."""
