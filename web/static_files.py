"""How static files are collected: our scripts and styles minified, and all that shrinks compressed."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedStaticFilesStorage  # type: ignore[import-untyped]

try:
    import minify  # type: ignore[import-untyped]
except (
    ImportError
):  # There is no build of it for this platform: what is collected is larger, and works the same.
    minify = None

OURS = re.compile(r"(?:web/(?!vendor/)|client/).*(\.js|\.css)$")
KINDS = {".js": "application/javascript", ".css": "text/css"}


class LeanStaticFilesStorage(CompressedStaticFilesStorage):
    """Collects our scripts and styles minified, and compresses what compresses well."""

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool] | tuple[str, None, RuntimeError]]:
        if minify is not None and not dry_run:
            for ours in filter(None, map(OURS.match, paths)):
                file = Path(self.path(ours[0]))
                file.write_text(minify.string(KINDS[ours[1]], file.read_text("utf-8")), "utf-8")
        yield from super().post_process(paths, dry_run, **options)
