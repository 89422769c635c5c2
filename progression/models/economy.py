"""The economy as operators edit it: currencies, kinds, slots, curves, drop tables and conversions.

An app's declarations are the defaults. ``migrate`` lays a row for each of them, which follows the declaration
until an operator saves it.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import connection, models, transaction

from core.content import Content, was_saved
from progression import currencies, rules, tables
from progression.declarations import MAX_NAME_LENGTH, Declared, is_name
from progression.models.content import Item
from progression.models.tuning import Growth


class Declarable(Content):
    """Abstract base of rows in place of what an app declares by the same name."""

    name = models.CharField(
        max_length=MAX_NAME_LENGTH, unique=True, help_text="Small letters, digits and underscores"
    )

    OF: ClassVar[Declared[Any]]
    RESERVED: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def terms(self) -> Any:
        """The row as the rules take it. Raises ``ValueError``."""
        raise NotImplementedError

    @classmethod
    def fields_of(cls, terms: Any) -> dict[str, Any]:
        """Return the fields of a row with these terms."""
        return asdict(terms)

    def clean(self) -> None:
        if not is_name(self.name) or self.name in self.RESERVED:
            raise ValidationError({"name": "Not a name, or one of the platform's."})
        try:
            terms = self.terms
        except (TypeError, ValueError) as problem:
            raise ValidationError(str(problem)) from None
        if unknown := sorted(what for what in self.goods_of(terms) if not is_good(what)):
            raise ValidationError(f"Neither currencies nor slugs of items: {', '.join(unknown)}")

    def goods_of(self, terms: Any) -> set[str]:
        """Return the currencies and items that the terms name."""
        return set()

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        self.OF.reload()
        transaction.on_commit(self.OF.reload)

    @classmethod
    def rows(cls) -> Mapping[str, Any]:
        """Return the terms of all rows, by name."""
        return {row.name: row.terms for row in cls._default_manager.all()}

    @classmethod
    def lay(cls) -> None:
        """Write a row for each declaration, except for what operators have saved."""
        for name, terms in cls.OF.by_apps.items():
            row = cls._default_manager.filter(name=name).first()
            if row is None:
                cls._default_manager.bulk_create([cls(name=name, **cls.fields_of(terms))])
            elif not was_saved(row):
                cls._default_manager.filter(pk=row.pk).update(**cls.fields_of(terms))
        cls.OF.reload()


def is_good(what: str) -> bool:
    """Return whether this is a currency or the slug of an item."""
    return currencies.is_money(what) or Item.objects.filter(slug=what).exists()


class CustomCurrency(Declarable):
    """A currency beside gold and gems."""

    title = models.CharField(max_length=40)
    at_most = models.BigIntegerField(
        default=currencies.MOST,
        validators=[MinValueValidator(1), MaxValueValidator(currencies.MOST)],
        help_text="Grants fill a balance up to this",
    )
    at_most_a_day = models.BigIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(currencies.MOST)],
        help_text="Granted to a player in a day (UTC); empty for no limit",
    )
    tradeable = models.BooleanField(default=False, help_text="Players may offer it to each other")

    OF = currencies.CURRENCIES
    RESERVED = frozenset({*currencies.OUR_CURRENCIES, *currencies.NOT_MONEY})

    class Meta:
        ordering = ("name",)
        verbose_name = "currency"
        verbose_name_plural = "currencies"

    @property
    def terms(self) -> currencies.DeclaredCurrency:
        return currencies.DeclaredCurrency(
            self.name, self.title, self.at_most, self.at_most_a_day, self.tradeable
        )

    @classmethod
    def fields_of(cls, terms: currencies.DeclaredCurrency) -> dict[str, Any]:
        return {name: value for name, value in asdict(terms).items() if name != "name"}


class Titled(Declarable):
    """Abstract base of rows of which there is a title only."""

    title = models.CharField(max_length=40)

    class Meta:
        abstract = True

    @property
    def terms(self) -> str:
        return self.title

    @classmethod
    def fields_of(cls, terms: str) -> dict[str, Any]:
        return {"title": terms}


class ItemKind(Titled):
    """A kind of items, beside gear, food, eggs and materials."""

    OF = currencies.KINDS
    RESERVED = frozenset(currencies.OUR_KINDS)

    class Meta:
        ordering = ("name",)


class ItemSlot(Titled):
    """A slot in which gear is worn, beside the platform's own."""

    OF = currencies.SLOTS
    RESERVED = frozenset(currencies.OUR_SLOTS)

    class Meta:
        ordering = ("name",)


class Curve(Declarable):
    """A curve of levels or prices that an app goes by."""

    first = models.PositiveIntegerField(
        validators=[MinValueValidator(1)], help_text="What the second level takes"
    )
    more = models.PositiveIntegerField(default=0, help_text="What each further level takes more")
    highest = models.PositiveIntegerField(
        default=100, validators=[MinValueValidator(2), MaxValueValidator(1000)], help_text="The last level"
    )

    OF = tables.CURVES

    class Meta:
        ordering = ("name",)

    @property
    def terms(self) -> rules.Curve:
        return rules.Curve(self.first, self.more, self.highest)


class DropTable(Declarable):
    """A drop table: of its lines, one is drawn at each roll.

    ``drops`` has the fields of ``progression.tables.Drop``.
    """

    rolls = models.PositiveSmallIntegerField(default=1)
    drops = models.JSONField(default=list)

    OF = tables.DROP_TABLES

    class Meta:
        ordering = ("name",)

    @property
    def terms(self) -> tables.DropTable:
        return tables.DropTable(tuple(tables.Drop(**line) for line in self.drops), self.rolls)

    @classmethod
    def fields_of(cls, terms: tables.DropTable) -> dict[str, Any]:
        return {"rolls": terms.rolls, "drops": [asdict(drop) for drop in terms.drops]}

    def goods_of(self, terms: tables.DropTable) -> set[str]:
        return {drop.of for drop in terms.drops} - {tables.NOTHING}


class Conversion(Declarable):
    """A conversion of currencies and items that players may make; one that gives nothing is a sink."""

    title = models.CharField(max_length=60)
    takes = models.JSONField(default=dict)
    gives = models.JSONField(default=dict, blank=True)
    drops = models.CharField(max_length=MAX_NAME_LENGTH, blank=True, help_text="A drop table")
    at_most_a_day = models.PositiveIntegerField(null=True, blank=True, help_text="A player in a day (UTC)")
    is_open = models.BooleanField(default=True)

    OF = tables.CONVERSIONS

    class Meta:
        ordering = ("name",)

    @property
    def terms(self) -> tables.Conversion:
        return tables.Conversion(
            self.title, self.takes, self.gives, self.drops, self.at_most_a_day, self.is_open
        )

    def goods_of(self, terms: tables.Conversion) -> set[str]:
        return {*terms.takes, *terms.gives}

    def clean(self) -> None:
        super().clean()
        if self.drops and self.drops not in tables.DROP_TABLES.all():
            raise ValidationError({"drops": "There is no such drop table."})


DECLARABLE: tuple[type[Declarable], ...] = (
    CustomCurrency,
    ItemKind,
    ItemSlot,
    Curve,
    DropTable,
    Conversion,
)

for _model in DECLARABLE:
    _model.OF.read_rows_by(_model.rows)


def lay_declared() -> None:
    """Write rows for what apps declare, except for what operators have saved."""
    there = connection.introspection.table_names()
    if any(model._meta.db_table not in there for model in DECLARABLE):
        return  # migrated to an earlier state
    for model in DECLARABLE:
        model.lay()
    if numbers := tables.declared_growth():
        # Every save of an operator makes a new version.
        Growth.objects.filter(version=1).update(**numbers)


def forget_rows() -> None:
    """Read all rows again at their next use."""
    for model in DECLARABLE:
        model.OF.forget_rows()
