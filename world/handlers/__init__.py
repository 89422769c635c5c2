"""What players may ask over the world's socket, by what it is about."""
