"""The Node that runs the JavaScript client's tests: the one that pip installs."""

import sys
from pathlib import Path


def executable() -> str:
    """Its path; so no test depends on what is installed on the machine."""
    return str(Path(sys.executable).with_name("node"))
