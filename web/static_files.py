"""Collect static files: the page's modules bundled and minified, files compressed."""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from whitenoise.storage import CompressedStaticFilesStorage

CONFIGURATION = Path(__file__).with_name("rolldown.config.js")
CHUNKS = "web/chunks"
# Run on their own: before the first paint and before the page's modules, as the service worker, offline, and
# LiveKit's client, which is a script.
APART = {
    "web/early.js",
    "web/texts/de.js",
    "web/worker.js",
    "web/offline.js",
    "web/vendor/livekit-client.js",
}

logger = logging.getLogger(__name__)


class BundledStaticFilesStorage(CompressedStaticFilesStorage):
    """Bundles the page's modules if npm has installed the bundler, and compresses all files.

    Without the bundler the modules are collected as they are: more and larger files that work the same.
    """

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool] | tuple[str, None, RuntimeError]]:
        if not dry_run:
            shutil.rmtree(self.path(CHUNKS), ignore_errors=True)
            if bundler := shutil.which("rolldown", path=settings.BASE_DIR / "node_modules" / ".bin"):
                paths = self._bundle(bundler, paths)
            else:
                logger.warning("The page's scripts are not bundled: there is no node_modules/.bin/rolldown.")
        yield from super().post_process(paths, dry_run, **options)

    def _bundle(self, bundler: str, paths: dict[str, Any]) -> dict[str, Any]:
        """Put the bundles in place of the modules; return the files that remain to be collected."""
        modules = {name for name in paths if name.startswith(("web/", "client/")) and name.endswith(".js")}
        modules -= APART
        with tempfile.TemporaryDirectory() as folder:
            for name in modules:
                copy = Path(folder, name)
                copy.parent.mkdir(parents=True, exist_ok=True)
                storage, path = paths[name]
                # Files collected earlier may be bundles.
                with storage.open(path) as source:
                    copy.write_bytes(source.read())
                self.delete(name)
            # pip installs Node next to this Python.
            search = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
            command = [bundler, "--config", str(CONFIGURATION), "--dir", str(Path(self.location).resolve())]
            subprocess.run(
                command, cwd=folder, env={**os.environ, "PATH": search}, stdout=subprocess.DEVNULL, check=True
            )
        bundles = {"web/main.js", "web/board.js"}
        bundles |= {f"client/{name}.js" for name in ("gameplatform", "netcode", "sync")}
        bundles |= {f"{CHUNKS}/{name}" for name in self.listdir(CHUNKS)[1]}
        others = {name: path for name, path in paths.items() if name not in modules}
        return others | {name: (self, name) for name in bundles}
