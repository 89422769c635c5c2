"""How static files are collected: compressed, and scripts without the comments meant for their readers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedStaticFilesStorage  # type: ignore[import-untyped]

OUR_SCRIPTS = re.compile(r"(?:web/(?!vendor/)|client/).*\.js$")
_COMMENT_LINES = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)


def without_comments(script: str) -> str:
    """The script without the comments that have lines of their own; no other comment is touched."""
    return _COMMENT_LINES.sub("", script)


class LeanStaticFilesStorage(CompressedStaticFilesStorage):
    """Collects our scripts without comments, and compresses what compresses well."""

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str, bool] | tuple[str, None, RuntimeError]]:
        if not dry_run:
            for name in filter(OUR_SCRIPTS.match, paths):
                script = Path(self.path(name))
                script.write_text(without_comments(script.read_text("utf-8")), "utf-8")
        yield from super().post_process(paths, dry_run, **options)
