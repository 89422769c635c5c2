"""How static files are collected: our modules joined, ours minified, and what shrinks compressed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedStaticFilesStorage  # type: ignore[import-untyped]

from web.joining import joined

try:
    import minify  # type: ignore[import-untyped]
except (
    ImportError
):  # There is no build of it for this platform: what is collected is larger, and works the same.
    minify = None

OURS = re.compile(r"(?:web/(?!vendor/)|client/).*(\.js|\.css)$")
MODULES = re.compile(r"web/(?!vendor/|early\.js).*\.js$")
KINDS = {".js": "application/javascript", ".css": "text/css"}


class LeanStaticFilesStorage(CompressedStaticFilesStorage):
    """Collects the page's modules joined, minifies what is ours, and compresses what compresses well."""

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool] | tuple[str, None, RuntimeError]]:
        if not dry_run:
            paths = self._join(paths)
            if minify is not None:
                for ours in filter(None, map(OURS.match, paths)):
                    file = Path(self.path(ours[0]))
                    file.write_text(minify.string(KINDS[ours[1]], file.read_text("utf-8")), "utf-8")
        yield from super().post_process(paths, dry_run, **options)

    def _join(self, paths: dict[str, Any]) -> dict[str, Any]:
        """Puts the joined files in place of the modules; → what is collected now."""
        modules = {}
        for name in filter(MODULES.match, paths):
            storage, path = paths[name]
            # What was collected before may be joined already.
            with storage.open(path) as source:
                modules[name] = source.read().decode()
            self.delete(name)
        files = joined(modules)
        for name, source in files.items():
            Path(self.path(name)).write_text(source, "utf-8")
        others = {name: path for name, path in paths.items() if name not in modules}
        return others | {name: (self, name) for name in files}
