"""The routes of lobbies, and of what friends say to each other."""
