"""REST routes of lobbies and direct messages."""
