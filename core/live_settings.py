"""Settings and feature flags that operators change in the admin while the servers run.

Each is declared once, with its type and default::

    is_open = live_settings.declare("shop_is_open", True, "Players can buy in the shop")
    if not is_open(): ...

A worker reads the changed ones at most once a second, and only when one is asked for. Every change is kept.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import transaction
from django.utils import timezone

from core.ids import UserId
from core.models import LiveChange, LiveValue
from core.refusals import Invalid, Unavailable
from core.remembered import Remembered

CACHED_S = 1.0
MOST = 1_000_000

T = TypeVar("T", bool, int)


class SwitchedOff(Unavailable):
    """Operators have switched this part of the platform off for now."""

    code = "switched_off"
    title = "Switched off for now"


@dataclass(frozen=True)
class LiveSetting(Generic[T]):
    """A declared setting: calling it returns its value. Integers are not negative."""

    name: str
    default: T
    title: str

    def __call__(self) -> T:
        value = values().get(self.name, self.default)
        return value if type(value) is type(self.default) else self.default

    def checked(self, value: Any) -> T:
        """Return a value of this setting's type. Raises ``Invalid``."""
        if type(value) is not type(self.default) or not 0 <= value <= MOST:
            kind = "true or false" if isinstance(self.default, bool) else f"a number from 0 to {MOST}"
            raise Invalid(f"{self.name} is {kind}.")
        return value


_declared: dict[str, LiveSetting[Any]] = {}
values = Remembered(lambda: dict(LiveValue.objects.values_list("name", "value")), for_s=CACHED_S)
"""The changed values by name."""


def declare(name: str, default: T, title: str) -> LiveSetting[T]:
    """Declare a setting; its default decides its type."""
    if name in _declared:
        raise ValueError(f"Two live settings are called {name!r}")
    _declared[name] = setting = LiveSetting(name, default, title)
    return setting


def declared() -> dict[str, LiveSetting[Any]]:
    """Return all settings by name."""
    return _declared


def check_is_on(flag: LiveSetting[bool]) -> None:
    """Raise ``SwitchedOff`` unless this is on."""
    if not flag():
        raise SwitchedOff


@transaction.atomic
def change(name: str, value: Any, *, by_id: UserId | None, reason: str = "") -> None:
    """Change a setting, and keep what it was before. Raises ``Invalid``."""
    setting = _declared.get(name)
    if setting is None:
        raise Invalid(f"There is no setting {name}.")
    new = setting.checked(value)
    LiveValue.objects.get_or_create(name=name, defaults={"value": setting.default})
    row = LiveValue.objects.select_for_update().get(pk=name)
    if row.value == new:
        return
    LiveChange.objects.create(
        name=name, old=row.value, new=new, at=timezone.now(), by_id=by_id, reason=reason
    )
    row.value = new
    row.save(update_fields=["value"])
    transaction.on_commit(values.forget, robust=True)


def store_declared(**_: Any) -> None:
    """Store the settings that are new, so that the admin lists them."""
    LiveValue.objects.bulk_create(
        (LiveValue(name=one.name, value=one.default) for one in _declared.values()), ignore_conflicts=True
    )
