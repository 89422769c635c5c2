"""All trials, by name."""

from trials import (
    database_loss,
    ordering,
    purchases,
    reconnection,
    redis_loss,
    slow_readers,
    stopping,
    takeover,
)
from trials.trial import Trial

_MODULES = (
    purchases,
    takeover,
    redis_loss,
    database_loss,
    stopping,
    reconnection,
    slow_readers,
    ordering,
)
TRIALS: dict[str, Trial] = {module.TRIAL.name: module.TRIAL for module in _MODULES}
