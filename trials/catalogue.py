"""All trials, by name."""

from trials import purchases
from trials.trial import Trial

_MODULES = (purchases,)
TRIALS: dict[str, Trial] = {module.TRIAL.name: module.TRIAL for module in _MODULES}
