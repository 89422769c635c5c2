"""The same sockets over every server, and what is ours alone: the picows protocol, HTTP bounds, the WSGI bridge."""
