"""The project in examples/studio: its own tests pass, and docs/extend.md quotes it as it is."""

import re

from gameplatform.testing.processes import ROOT
from tests.test_startstudio import run

EXAMPLE = ROOT / "examples" / "studio"
PAGE = ROOT / "docs" / "extend.md"


def test_its_own_tests_pass() -> None:
    tested = run(EXAMPLE, "-m", "pytest", "-q", "-p", "no:cacheprovider")

    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert " passed" in tested.stdout
    assert run(EXAMPLE, "manage.py", "check").returncode == 0
    assert run(EXAMPLE, "manage.py", "makemigrations", "--check", "--dry-run").returncode == 0


def test_the_page_quotes_it_as_it_is() -> None:
    quoted = re.findall(r"^```python\n# (examples/\S+)\n(.*?)^```", PAGE.read_text(), re.M | re.S)

    assert len(quoted) > 5
    for path, text in quoted:
        assert (ROOT / path).read_text() == text, path
