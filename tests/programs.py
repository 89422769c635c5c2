"""Programs that tests need and pip does not provide; ``python -m tests.programs`` installs them."""

import os
import shutil
import subprocess
import sys

from deploy import proxy
from gameplatform import compiled
from tests import browser


def promtool() -> str | None:
    """Return the path of Prometheus' rule checker, if installed."""
    return shutil.which("promtool")


def install() -> None:
    """Install Debian's packages if run as root with apt, else playwright's Chromium."""
    wanted = [
        (["chromium"], browser.executable),
        (["nginx-light"], proxy.executable),
        (["prometheus"], promtool),
        (["gcc", "libc6-dev", "python3-dev"], compiled.compiler),
    ]
    packages = [package for some, executable in wanted if executable() is None for package in some]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-qy", "--no-install-recommends", *packages]):
            subprocess.run(["apt-get", *command], env=environment, check=False)
    if browser.executable() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    install()
