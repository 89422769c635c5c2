"""Tests of a project outside this checkout: services, fixtures, people with sockets, and server processes.

A project's ``conftest.py`` takes the fixtures::

    pytest_plugins = ["gameplatform.testing.plugin", "gameplatform.testing.people"]

Its test settings are those of ``tests/settings.py`` here, with its own in place of the platform's.
"""
