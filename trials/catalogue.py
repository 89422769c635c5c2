"""All trials, by name: ours, and the ``TRIAL`` of each app in ``EXTRA_APPS`` that has a module ``trials``."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from gameplatform import environment
from trials import (
    arena,
    browsers,
    changes,
    churn,
    clocks,
    database_loss,
    documented,
    guessing,
    malformed,
    memory,
    ordering,
    purchases,
    queueing,
    reconnection,
    redis_loss,
    secrets_kept,
    slow_readers,
    stopping,
    strangers,
    takeover,
    tokens,
    trading,
)
from trials.suites import SUITES
from trials.trial import Trial

_MODULES = (
    purchases,
    trading,
    queueing,
    takeover,
    arena,
    changes,
    redis_loss,
    database_loss,
    stopping,
    reconnection,
    slow_readers,
    malformed,
    ordering,
    clocks,
    tokens,
    churn,
    guessing,
    secrets_kept,
    browsers,
    documented,
    strangers,
    memory,
)


def _of_extra_apps() -> Iterator[Trial]:
    for app in environment.names("EXTRA_APPS"):
        if find_spec(f"{app}.trials"):
            yield import_module(f"{app}.trials").TRIAL


TRIALS: dict[str, Trial] = {
    trial.name: trial for trial in (*(m.TRIAL for m in _MODULES), *SUITES, *_of_extra_apps())
}
