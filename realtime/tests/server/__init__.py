"""Tests of sockets on every server, and of our own parts: picows, bounded heads, the WSGI bridge."""
