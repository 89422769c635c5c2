"""The platform's fixtures: services, clock, people, sockets and servers."""

pytest_plugins = ["gameplatform.testing.plugin", "gameplatform.testing.people"]
