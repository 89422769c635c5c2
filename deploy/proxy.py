"""nginx with the configuration of ``deploy/nginx``, in front of local servers, for tests and trials."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

CONFIGURATION = Path(__file__).parent / "nginx" / "gameplatform.conf"
START_TIMEOUT_S = 10.0

_AROUND = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/gameplatform.conf;
}}
"""


def executable() -> str | None:
    """Return the path of nginx, if it is installed."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class Proxy:
    """nginx with the shipped configuration, adapted in names, ports and log path only."""

    def __init__(self, folder: Path, *workers: str) -> None:
        self._folder = folder
        self._workers = workers
        self.access_log = folder / "access.log"
        self.base_url = ""

    def __enter__(self) -> "Proxy":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        text = CONFIGURATION.read_text().replace("listen 80;", f"listen 127.0.0.1:{port};")
        text = text.replace("/var/log/nginx/access.log", str(self.access_log))
        text = text.replace("/etc/nginx/gameplatform/", f"{self._folder}/")
        for number, url in enumerate(self._workers, 1):
            text = text.replace(f"worker-{number}:8000", urlsplit(url).netloc)
        (self._folder / "gameplatform.conf").write_text(text)
        around = self._folder / "nginx.conf"
        # Otherwise its children could not read a folder that belongs to root.
        user = "user root;" if os.getuid() == 0 else ""
        around.write_text(_AROUND.format(folder=self._folder, user=user))
        nginx = executable()
        assert nginx is not None
        self._process = subprocess.Popen([nginx, "-c", str(around), "-e", str(self._folder / "error.log")])
        self.base_url = f"http://127.0.0.1:{port}"
        self._await()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(START_TIMEOUT_S)

    def _await(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.base_url}/health/live", timeout=5).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"nginx did not start:\n{(self._folder / 'error.log').read_text()}")
