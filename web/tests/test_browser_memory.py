"""The page's memory over many games."""

from pathlib import Path

import pytest

from tests import browser as chromium
from trials.catalogue import TRIALS
from trials.trial import conduct

pytestmark = pytest.mark.browser


def test_the_trial_of_memory_holds_in_small(tmp_path: Path) -> None:
    if chromium.executable() is None:
        pytest.skip("There is no Chromium for the browser tests.")

    figures = conduct(TRIALS["memory"], tmp_path / "history.jsonl", quick=True)

    # Frames mean nothing on a busy machine.
    assert not [figure for figure in figures if not figure.holds and not figure.is_timed]
