"""The Node that runs the JavaScript client's tests: the one that playwright brings along."""

from playwright._impl._driver import compute_driver_executable


def executable() -> str:
    """Its path; so no test depends on what is installed on the machine."""
    return str(compute_driver_executable()[0])
