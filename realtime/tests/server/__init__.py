"""The same sockets over every server, and what is ours alone: picows, bounded heads, the WSGI bridge."""
