"""All trials, by name."""

from trials import (
    arena,
    browsers,
    churn,
    clocks,
    database_loss,
    documented,
    guessing,
    malformed,
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
)
TRIALS: dict[str, Trial] = {trial.name: trial for trial in (*(m.TRIAL for m in _MODULES), *SUITES)}
