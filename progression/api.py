"""REST routes of players, inventory, pets, the shop and the ledger."""

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import identity
from core import paging
from core.idempotency import idempotent
from core.parsers import read
from core.shapes import Page
from core.statements import statement
from core.typed import typed
from progression import selectors, serializers, services, shapes
from progression.events import ItemGranted
from progression.models import Player

_INVENTORY = statement(selectors.inventory)
_PETS = statement(selectors.pets)
_MONEY_ENTRIES = statement(selectors.money_entries)
_ITEM_ENTRIES = statement(selectors.item_entries)


def _shown(request: Request, player: Player) -> Response:
    return Response(selectors.shown_player(player, identity(request).username))


class Me(APIView):
    """The caller's player, created on first access."""

    @extend_schema(responses=shapes.PlayerShape)
    def get(self, request: Request) -> Response:
        return _shown(request, services.player(identity(request).user_id))


class AllocateStats(APIView):
    """Stat points."""

    @extend_schema(
        description="Spend stat points on stats. 409 `not_enough_stat_points`.",
        request=serializers.Allocation,
        responses=shapes.PlayerShape,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        points = read(serializers.Allocation, request.data)
        return _shown(request, services.allocate_stats(identity(request).user_id, points=points))


class RegenerateStamina(APIView):
    """Regenerated stamina."""

    @extend_schema(
        description="Store the stamina regenerated so far; reading does not need it.",
        request=None,
        responses=shapes.PlayerShape,
    )
    def post(self, request: Request) -> Response:
        return _shown(request, services.regenerate_stamina(identity(request).user_id))


class DailyReward(APIView):
    """The daily reward of today (UTC)."""

    @extend_schema(responses=shapes.DailyReward)
    def get(self, request: Request) -> Response:
        today = timezone.now().date()
        return Response(selectors.daily_reward(identity(request).user_id, today))

    @extend_schema(
        description="Claim it; it grows with each consecutive day. 409 `claimed_today`.",
        request=None,
        responses=shapes.DailyReward,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        return Response(services.claim_daily_reward(identity(request).user_id))


class Ledger(APIView):
    """The caller's money movements, newest first; their sum is the balance."""

    @extend_schema(
        description="Includes starting funds. `of=items` returns item movements instead.",
        parameters=[serializers.EntriesWanted, *paging.PAGE_PARAMETERS],
        responses=Page[shapes.LedgerEntry],
    )
    def get(self, request: Request) -> Response:
        wanted = read(serializers.EntriesWanted, request.query_params.dict())
        user_id = services.player(identity(request).user_id).pk
        if wanted["of"] == "items":
            entries, show = _ITEM_ENTRIES, selectors.shown_item_entries
        else:
            entries, show = _MONEY_ENTRIES, selectors.shown_entries
        return paging.page(self, paging.Listed(entries, user_id), ordering="-id", show=show)


class Inventory(APIView):
    """The caller's items."""

    @extend_schema(
        operation_id="api_inventory_list",
        parameters=paging.PAGE_PARAMETERS,
        responses=Page[shapes.InventoryRow],
    )
    def get(self, request: Request) -> Response:
        stacks = paging.Listed(_INVENTORY, identity(request).user_id)
        return paging.page(self, stacks, ordering="id", show=selectors.shown_stacks)


class Equip(APIView):
    """Equip gear."""

    @extend_schema(
        description=(
            "Equip a piece of gear (the id of its inventory row), replacing what is in the slot. "
            "404 `not_owned`, 409 `cannot_be_worn`."
        ),
        request=None,
        responses=shapes.InventoryRow,
    )
    def post(self, request: Request, item_id: int) -> Response:
        stack = services.equip(identity(request).user_id, stack_id=item_id)
        return Response(selectors.shown_stacks([stack])[0])


class Unequip(APIView):
    """Unequip gear."""

    @extend_schema(
        description="Empty a slot. 409 `slot_empty`.",
        request=None,
        responses=shapes.InventoryRow,
    )
    def post(self, request: Request, slot: str) -> Response:
        stack = services.unequip(identity(request).user_id, slot=slot)
        return Response(selectors.shown_stacks([stack])[0])


class Pets(APIView):
    """The caller's pets."""

    @extend_schema(
        operation_id="api_pets_list",
        parameters=paging.PAGE_PARAMETERS,
        responses=Page[shapes.PetShape],
    )
    def get(self, request: Request) -> Response:
        pets = paging.Listed(_PETS, identity(request).user_id)
        return paging.page(self, pets, ordering="id", show=selectors.shown_pets)


class Odds(APIView):
    """The probability of each rarity of pet, by the rarity of the egg."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        return Response(selectors.hatch_odds())


class Hatch(APIView):
    """Hatch an egg."""

    @extend_schema(
        description=(
            "Turn an egg (the id of its inventory row) into a pet. "
            "404 `not_owned`, 409 `not_an_egg`, `nothing_hatches`."
        ),
        request=None,
        responses={201: shapes.PetShape},
    )
    @idempotent
    def post(self, request: Request, egg_id: int) -> Response:
        pet = services.hatch(identity(request).user_id, stack_id=egg_id)
        return Response(selectors.shown_pets([pet])[0], status=201)


class Feed(APIView):
    """Feed a pet."""

    @extend_schema(
        description=(
            "Give a pet one unit of food (the id of its inventory row). "
            "404 `not_owned`, 409 `not_food`, `not_enough_items`, `fully_grown`."
        ),
        request=serializers.Feeding,
        responses=shapes.PetShape,
    )
    @idempotent
    def post(self, request: Request, pet_id: int) -> Response:
        user_id = identity(request).user_id
        food = read(
            serializers.Feeding,
            request.data,
            check_rights=lambda: selectors.check_owns_pet(user_id, pet_id),
        )
        pet = services.feed(user_id, pet_id=pet_id, stack_id=food["item_id"])
        return Response(selectors.shown_pets([pet])[0])


class EquipPet(APIView):
    """Add a pet to the active set."""

    @extend_schema(
        description=(
            "The set holds three pets; if it is full, the one added first is removed. 404 `not_owned`."
        ),
        request=None,
        responses=shapes.PetShape,
    )
    def post(self, request: Request, pet_id: int) -> Response:
        return Response(
            selectors.shown_pets([services.equip_pet(identity(request).user_id, pet_id=pet_id)])[0]
        )


class UnequipPet(APIView):
    """Remove a pet from the active set."""

    @extend_schema(description="404 `not_owned`, 409 `not_in_set`.", request=None, responses=shapes.PetShape)
    def post(self, request: Request, pet_id: int) -> Response:
        return Response(
            selectors.shown_pets([services.unequip_pet(identity(request).user_id, pet_id=pet_id)])[0]
        )


class Shop(APIView):
    """Today's offers in the shop."""

    @extend_schema(operation_id="api_shop_items_list", responses=list[shapes.ShopItem])
    def get(self, request: Request) -> Response:
        return Response(selectors.shown_offers(selectors.offers(timezone.now().date())))


class Currencies(APIView):
    """The currencies beside gold and gems."""

    @typed
    def get(self, request: Request) -> list[shapes.CurrencyShape]:
        """The currencies that apps and operators have added, with the caller's balances."""
        return selectors.shown_currencies(identity(request).user_id)


class Conversions(APIView):
    """The conversions of currencies and items that are open."""

    @typed
    def get(self, request: Request) -> list[shapes.ConversionShape]:
        """The open conversions, with the chances of what they draw."""
        return selectors.shown_conversions(identity(request).user_id)


class Convert(APIView):
    """A conversion."""

    @idempotent
    @typed
    def post(self, request: Request, name: str, wanted: shapes.Converting) -> shapes.ConvertedShape:
        """Turn currencies and items into others, all or nothing.

        402 `not_enough_gold`, `not_enough_gems` or `not_enough_of_currency`, 404 `no_such_conversion`,
        409 `not_enough_items`, `converted_enough` or `balance_full`.
        """
        done = services.convert(identity(request).user_id, name=name, times=wanted.times)
        return shapes.ConvertedShape(
            name=name,
            times=done.times,
            taken=done.taken,
            gold=done.granted.gold,
            gems=done.granted.gems,
            currencies=done.granted.currencies,
            items=[ItemGranted(**item) for item in done.granted.items],
        )


class Purchase(APIView):
    """Buy from the shop."""

    @extend_schema(
        description=(
            "Buy an item by its id in the shop. 402 `not_enough_gold`, `not_enough_gems` or "
            "`not_enough_of_currency`, 404 `not_for_sale`, 409 `sold_out`, 503 `switched_off`."
        ),
        request=serializers.Buying,
        responses={201: shapes.Bought},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        body = read(serializers.Buying, request.data)
        done = services.purchase(identity(request).user_id, **body)
        return Response(
            shapes.Bought(
                item=selectors.shown_stacks([done.stack])[0],
                quantity=done.quantity,
                spent=done.spent,
                currency=done.offer.currency,
                balance=done.balance,
            ),
            status=201,
        )
