"""All trials, by name."""

from trials import (
    browsers,
    churn,
    clocks,
    database_loss,
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
    takeover,
    tokens,
)
from trials.trial import Trial

_MODULES = (
    purchases,
    queueing,
    takeover,
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
)
TRIALS: dict[str, Trial] = {module.TRIAL.name: module.TRIAL for module in _MODULES}
