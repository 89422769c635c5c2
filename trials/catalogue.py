"""All trials, by name."""

from trials import database_loss, purchases, takeover
from trials.trial import Trial

_MODULES = (purchases, takeover, database_loss)
TRIALS: dict[str, Trial] = {module.TRIAL.name: module.TRIAL for module in _MODULES}
