"""Players, their ledger and the economy's content in the admin."""

import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from core.admin import RecordsEditor
from core.operators import (
    ChangedFieldsAdmin,
    ChangeOnly,
    OperatorAdmin,
    ReadOnly,
    ReadOnlyInline,
    require_fresh_proof,
)
from progression import currencies, rules, services
from progression.models import (
    Balance,
    Conversion,
    Curve,
    CustomCurrency,
    DropTable,
    Entry,
    Growth,
    HatchOdds,
    Item,
    ItemKind,
    ItemSlot,
    Offer,
    Pet,
    Player,
    Species,
    Stack,
)
from progression.tables import NOTHING

MAX_GRANTED = 1_000_000


class DeclaredChoices:
    """Admin mixin for models with currencies, kinds or slots that apps and operators add."""

    def get_form(self, *args: Any, **kwargs: Any) -> Any:
        currencies.read_rows()
        return super().get_form(*args, **kwargs)  # type: ignore[misc]


@admin.register(Item)
class Items(DeclaredChoices, RecordsEditor, ChangedFieldsAdmin):
    """All items."""

    list_display = ("name", "kind", "rarity", "slot", *rules.STATS, "food_xp")
    list_filter = ("kind", "rarity", "slot")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Species)
class AllSpecies(RecordsEditor, ChangedFieldsAdmin):
    """All species of pets."""

    list_display = ("name", "family", "rarity", *rules.STATS)
    list_filter = ("family", "rarity")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Offer)
class Offers(DeclaredChoices, RecordsEditor, ChangedFieldsAdmin):
    """The shop's offers."""

    list_display = ("item", "price", "currency", "stock", "is_daily", "is_open")
    list_filter = ("currency", "is_daily", "is_open")
    list_select_related = ("item",)
    search_fields = ("item__name",)
    autocomplete_fields = ("item",)
    # Sales change it while the page is open.
    volatile_fields = ("stock",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("item",)


@admin.register(Growth)
class GrowthAdmin(RecordsEditor, ChangeOnly, ChangedFieldsAdmin):
    """The curves of players and pets. A change moves all levels at once, up or down."""

    list_display = ("__str__", "level_xp", "level_xp_more", "highest_level", "points_a_level", "version")
    fieldsets = (
        ("Players", {"fields": ("level_xp", "level_xp_more", "highest_level", "points_a_level")}),
        ("Stamina", {"fields": ("stamina", "stamina_a_level")}),
        ("Pets", {"fields": ("pet_level_xp", "pet_level_xp_more", "highest_pet_level")}),
        ("Daily reward", {"fields": ("daily_gold", "daily_gold_a_day")}),
    )


class Lines(forms.CharField):
    """Something on each line, stored as JSON: ``read`` and ``write`` translate."""

    widget = forms.Textarea

    def __init__(self, *, read: Any, write: Any, **options: Any) -> None:
        super().__init__(**options)
        self.read, self.write = read, write

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(self.write(value))

    def clean(self, value: Any) -> Any:
        lines = [line.split() for line in str(super().clean(value)).splitlines() if line.strip()]
        try:
            return self.read(lines)
        except (IndexError, ValueError):
            raise ValidationError("Not as described below.") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = "\n".join(self.write(initial)) if initial else ""
        return bool(super().has_changed(before, data))


def _goods(required: bool) -> Lines:
    return Lines(
        required=required,
        read=lambda lines: {what: int(amount) for amount, what in lines},
        write=lambda goods: [f"{amount} {what}" for what, amount in goods.items()],
        help_text="On each line a quantity, and a currency or the slug of an item, as 10 shards",
    )


def _read_drops(lines: list[list[str]]) -> list[dict[str, Any]]:
    drops = []
    for weight, *rest in lines:
        quantity, what = rest if len(rest) == 2 else ("1", NOTHING if rest == ["nothing"] else rest[0])
        least, _, most = quantity.partition("-")
        drops.append({"of": what, "least": int(least), "most": int(most or least), "weight": int(weight)})
    return drops


def _write_drops(drops: list[dict[str, Any]]) -> list[str]:
    return [
        f"{one['weight']} {one['least']}-{one['most']} {one['of']}"
        if one["of"]
        else f"{one['weight']} nothing"
        for one in drops
    ]


class DropTableForm(forms.ModelForm):  # type: ignore[type-arg]
    drops = Lines(
        read=_read_drops,
        write=_write_drops,
        help_text=(
            "On each line a weight, a quantity, and a currency or the slug of an item, as 70 1-3 iron-ore, "
            "or a weight and nothing, as 20 nothing"
        ),
    )


class ConversionForm(forms.ModelForm):  # type: ignore[type-arg]
    takes = _goods(required=True)
    gives = _goods(required=False)


class Declarables(RecordsEditor, ChangedFieldsAdmin):
    """Base of what apps declare and operators may change or add to."""

    search_fields = ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("name",)


@admin.register(CustomCurrency)
class Currencies(Declarables):
    """The currencies beside gold and gems."""

    list_display = ("name", "title", "at_most", "at_most_a_day", "tradeable", "version")


@admin.register(ItemKind, ItemSlot)
class TitledAdmin(Declarables):
    """Kinds of items and slots, beside the platform's own."""

    list_display = ("name", "title", "version")


@admin.register(Curve)
class Curves(Declarables):
    """The curves of apps: what the second level takes, and how much more each further one."""

    list_display = ("name", "first", "more", "highest", "version")


@admin.register(DropTable)
class DropTables(Declarables):
    """Drop tables of payouts, conversions and apps."""

    form = DropTableForm
    list_display = ("name", "rolls", "lines", "version")
    help_texts: ClassVar = {"rolls": "At each roll one of the lines is drawn, by its weight"}

    @admin.display(description="Lines")
    def lines(self, table: DropTable) -> str:
        return "; ".join(_write_drops(table.drops))


@admin.register(Conversion)
class Conversions(Declarables):
    """The conversions of currencies and items that players may make."""

    form = ConversionForm
    list_display = ("name", "title", "takes", "gives", "drops", "at_most_a_day", "is_open", "version")


@admin.register(HatchOdds)
class HatchOddsAdmin(RecordsEditor, ChangeOnly, ChangedFieldsAdmin):
    """The hatching chances for each kind of egg, out of ten thousand."""

    list_display = ("egg", *rules.RARITIES, "version")
    readonly_fields = ("egg",)


class Stacks(ReadOnlyInline):
    """The player's inventory."""

    model = Stack
    fields = ("item", "quantity", "worn_in")


class Balances(ReadOnlyInline):
    """The player's money in the currencies of apps."""

    model = Balance
    fields = ("currency", "amount")


class Pets(ReadOnlyInline):
    """The player's pets."""

    model = Pet
    fields = ("species", "xp", "place", "seed")


if TYPE_CHECKING:
    _PlayerForm = forms.ModelForm[Player]
else:
    _PlayerForm = forms.ModelForm


class Grant(_PlayerForm):
    """A grant to a player. The hidden key makes a repeated submission harmless."""

    give_xp = forms.IntegerField(min_value=0, max_value=MAX_GRANTED, initial=0)
    give_gold = forms.IntegerField(min_value=0, max_value=MAX_GRANTED, initial=0)
    give_gems = forms.IntegerField(min_value=0, max_value=MAX_GRANTED, initial=0)
    give_item = forms.ModelChoiceField(Item.objects.all(), required=False)
    reason = forms.CharField(max_length=40, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    class Meta:
        model = Player
        fields = ()


@admin.register(Player)
class Players(ChangeOnly, OperatorAdmin):
    """Players, read-only except for grants."""

    form = Grant
    list_display = ("user", "level", "gold", "gems", "stat_points")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    readonly_fields = ("user", "xp", "gold", "gems", "stat_points", *rules.STATS, "stamina", "stamina_at")
    fieldsets = (
        (None, {"fields": readonly_fields}),
        ("Give", {"fields": ("give_xp", "give_gold", "give_gems", "give_item", "reason", "key")}),
    )
    inlines = (Balances, Stacks, Pets)

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, dict[str, list[str]]]]:
        # Record the values: names of the form's fields would not say what was given.
        given = [f"{name}: {value}" for name, value in form.cleaned_data.items() if value and name != "key"]
        return [{"changed": {"fields": given}}]

    def save_model(self, request: HttpRequest, obj: Player, form: Any, change: bool) -> None:
        require_fresh_proof(request)
        wanted = form.cleaned_data
        services.grant(
            obj.pk,
            xp=wanted["give_xp"],
            gold=wanted["give_gold"],
            gems=wanted["give_gems"],
            items=[(wanted["give_item"].slug, 1)] if wanted["give_item"] else (),
            cause=f"operator: {wanted['reason']}" if wanted["reason"] else "operator",
            key=f"operator:{wanted['key']}",
        )


@admin.register(Entry)
class Ledger(ReadOnly, OperatorAdmin):
    """All movements of money and items, newest first."""

    list_display = ("id", "player", "currency", "item", "amount", "balance", "cause", "created_at")
    # No filter by cause: listing its values would scan the whole ledger on each page.
    list_filter = ("currency",)
    list_select_related = ("player", "item")
    search_fields = ("player__user__username", "key", "cause")
    ordering = ("-id",)
