#!/usr/bin/env python3
"""Django's command line for Studio."""

from gameplatform.command_line import main

if __name__ == "__main__":
    main("studio.settings")
