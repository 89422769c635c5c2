"""The Node.js for the JavaScript client's tests: the one installed by pip."""

import sys
from pathlib import Path


def executable() -> str:
    """Return its path, independent of the machine's installation."""
    return str(Path(sys.executable).with_name("node"))
