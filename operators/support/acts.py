"""The acts of operators on a player's page: for each its form, and the service that it calls."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone

from accounts.models import USERNAME_LENGTH, USERNAME_LETTERS, User
from operators.support import services
from operators.support.models import MAX_REASON_LENGTH, MAX_TEXT_LENGTH
from progression import selectors as progression
from progression.currencies import currency_choices

MAX_MOVED = 1_000_000


class WithReason(forms.Form):
    """Base of the forms: an act needs a reason, for the audit trail."""

    reason = forms.CharField(max_length=MAX_REASON_LENGTH)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user


class WithEnd(WithReason):
    """A ban or mute."""

    until = forms.DateTimeField(
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}),
        help_text="UTC; empty for good. The player sees the end and the reason.",
    )

    field_order = ("until", "reason")

    def clean_until(self) -> datetime | None:
        until: datetime | None = self.cleaned_data["until"]
        if until is not None and until <= timezone.now():
            raise forms.ValidationError("This is in the past.")
        return until


class Lift(WithReason):
    """A ban or mute to lift."""

    ban_id = forms.IntegerField(widget=forms.HiddenInput)


class Rename(WithReason):
    """Another name."""

    username = forms.CharField(
        min_length=USERNAME_LENGTH[0], max_length=USERNAME_LENGTH[-1], validators=[USERNAME_LETTERS]
    )
    field_order = ("username", "reason")


class Text(forms.Form):
    """A text to the player or about them."""

    text = forms.CharField(max_length=MAX_TEXT_LENGTH, widget=forms.Textarea({"rows": 5}))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class Goods(WithReason):
    """Money and items. The hidden key makes a repeated submission harmless."""

    item = forms.ChoiceField(required=False)
    quantity = forms.IntegerField(min_value=1, max_value=MAX_MOVED, initial=1)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        bounds = (MinValueValidator(0), MaxValueValidator(MAX_MOVED))
        self.fields = {
            **{
                f"money_{name}": forms.IntegerField(label=title, initial=0, validators=bounds)
                for name, title in currency_choices()
            },
            **{name: field for name, field in self.fields.items() if name != "reason"},
            "reason": self.fields["reason"],
        }
        item: Any = self.fields["item"]
        item.choices = [("", "None"), *progression.item_choices()]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        values["money"] = {name: values.pop(f"money_{name}", 0) for name, _ in currency_choices()}
        slug, quantity = values.pop("item", ""), values.pop("quantity", 1)
        values["items"] = [(slug, quantity)] if slug else []
        values["key"] = str(values.get("key"))
        if not self.errors and not any(values["money"].values()) and not slug and not values.get("xp"):
            raise forms.ValidationError("Nothing would change.")
        return values


class Grant(Goods):
    """A grant."""

    xp = forms.IntegerField(label="Experience", min_value=0, max_value=MAX_MOVED, initial=0)


class Refund(WithReason):
    """A payment to return."""

    entry_id = forms.IntegerField(widget=forms.HiddenInput)


class UndoTrade(WithReason):
    """A trade to undo."""

    trade_id = forms.IntegerField(widget=forms.HiddenInput)


class Erase(WithReason):
    """The name, so that nobody is erased by mistake."""

    typed = forms.CharField(label="Type the name of the player")

    def clean_typed(self) -> str:
        if self.cleaned_data["typed"] != self.user.username:
            raise forms.ValidationError("That is not the name.")
        return self.user.username

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        values.pop("typed", None)
        return values


@dataclass(frozen=True)
class Act:
    """Something to do on a player's page. ``on_a_row`` ones are offered by rows of its tables."""

    title: str
    explanation: str
    form: type[Any]
    do: Callable[..., Any]
    on_a_row: bool = False
    needs_proof: bool = False


ACTS: dict[str, Act] = {
    "note": Act("Write a note", "Only operators see it.", Text, services.note),
    "message": Act(
        "Send a message", "The player gets it on all devices, or when they are back.", Text, services.message
    ),
    "ban": Act(
        "Ban",
        "The account and its devices are shut out at once.",
        WithEnd,
        services.ban,
        needs_proof=True,
    ),
    "mute": Act("Mute", "The player cannot speak anywhere on the platform.", WithEnd, services.mute),
    "lift": Act("Lift a ban or mute", "It ends now.", Lift, services.lift, on_a_row=True),
    "sign_out": Act("Sign out everywhere", "All sessions end.", WithReason, services.sign_out),
    "rename": Act("Rename", "The player is seen by this name at once.", Rename, services.rename),
    "grant": Act(
        "Grant",
        "The player gets it at once; the ledger keeps a line of it.",
        Grant,
        services.grant,
        needs_proof=True,
    ),
    "take": Act(
        "Take", "All of it or nothing; the ledger keeps a line of it.", Goods, services.take, needs_proof=True
    ),
    "refund": Act(
        "Refund a purchase",
        "The goods go back, and the price returns. This is done once, and refused if the goods are gone.",
        Refund,
        services.refund,
        on_a_row=True,
        needs_proof=True,
    ),
    "undo_trade": Act(
        "Undo a trade",
        "Both players get back what they gave. This is done once, and refused if something is gone.",
        UndoTrade,
        services.undo_trade,
        on_a_row=True,
        needs_proof=True,
    ),
    "export": Act(
        "Export the data",
        "A file with all data about the player.",
        WithReason,
        services.export,
        needs_proof=True,
    ),
    "ask_to_erase": Act(
        "Ask to erase",
        "Another operator has to approve it, at Erasures. It cannot be undone.",
        Erase,
        services.ask_to_erase,
        needs_proof=True,
    ),
}
"""The acts by name; each needs the permission ``<name>_person``."""
