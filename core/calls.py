"""Hooks before calls: functions of extra apps that may refuse a call, or change it, by its class.

A call is a command of a socket, or a subclass of ``Call``.
"""

import inspect
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from msgspec import Struct

from core.ids import UserId

AnyCall = TypeVar("AnyCall", bound=Struct)
Hook = Callable[[AnyCall, UserId | None], None]

_hooks: dict[type[Struct], list[Hook[Any]]] = defaultdict(list)


class Call(Struct, kw_only=True):
    """Something a user asks for, otherwise than by a command of a socket alone."""


def before(*kinds: type[AnyCall]) -> Callable[[Hook[AnyCall]], Hook[AnyCall]]:
    """Run ``function(call, user_id)`` before every call of these classes.

    It may raise a refusal, and change the fields of the call. ``user_id`` is None for a caller without an
    account. It may use the ORM, and should write nothing, as the call may still be refused or repeated.
    Raises ``TypeError`` for other classes, and for a function that takes other arguments.
    """

    def register(function: Hook[AnyCall]) -> Hook[AnyCall]:
        require_arguments(function, "call", "user_id")
        for kind in kinds:
            if not (isinstance(kind, type) and issubclass(kind, Struct)):
                raise TypeError(f"{kind.__name__} is not a call")
            _hooks[kind].append(function)
        return function

    return register


def require_arguments(function: Callable[..., Any], *names: str) -> None:
    """Raise ``TypeError`` unless the function can be called with as many positional arguments."""
    try:
        inspect.signature(function).bind(*names)
    except TypeError as error:
        taken = f"{function.__qualname__}{inspect.signature(function)}"
        raise TypeError(f"{taken} is called with ({', '.join(names)}): {error}") from None


def is_hooked(kind: type[Struct]) -> bool:
    """Return whether any function runs before calls of this class."""
    return kind in _hooks


def run_before(call: AnyCall, *, user_id: UserId | None) -> AnyCall:
    """Run the hooks before this call, in the order of their registration; return it, maybe changed."""
    for hook in _hooks.get(type(call), ()):
        hook(call, user_id)
    return call
