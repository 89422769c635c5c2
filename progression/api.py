"""The routes of players, their belongings, pets, the shop and the ledger."""

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
from progression import selectors, serializers, services, shapes
from progression.models import Player


def _shown(request: Request, player: Player) -> Response:
    return Response(selectors.shown_player(player, identity(request).username))


class Me(APIView):
    """The caller as a player; who asks for the first time becomes one."""

    @extend_schema(responses=shapes.PlayerShape)
    def get(self, request: Request) -> Response:
        return _shown(request, services.player(identity(request).user_id))


class AllocateStats(APIView):
    """Stat points for stats."""

    @extend_schema(
        description="Turn stat points into stats. 409 `not_enough_stat_points`.",
        request=serializers.Allocation,
        responses=shapes.PlayerShape,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        points = read(serializers.Allocation, request.data)
        return _shown(request, services.allocate_stats(identity(request).user_id, points))


class RegenerateStamina(APIView):
    """The stamina that has come back."""

    @extend_schema(
        description="Write down what has come back by now; reading shows it without.",
        request=None,
        responses=shapes.PlayerShape,
    )
    def post(self, request: Request) -> Response:
        return _shown(request, services.regenerate_stamina(identity(request).user_id))


class DailyReward(APIView):
    """The reward for coming back today, by UTC."""

    @extend_schema(responses=shapes.DailyReward)
    def get(self, request: Request) -> Response:
        today = timezone.now().date()
        return Response(selectors.daily_reward(identity(request).user_id, today))

    @extend_schema(
        description="Claim it: more for each day in a row. 409 `claimed_today`.",
        request=None,
        responses=shapes.DailyReward,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        return Response(services.claim_daily_reward(identity(request).user_id))


class Ledger(APIView):
    """The movements of the caller's money, the newest first; they add up to the balances."""

    @extend_schema(
        description="Starting funds included. `of=items` gives the movements of items instead.",
        parameters=[serializers.EntriesWanted, *paging.PAGE_PARAMETERS],
        responses=Page[shapes.LedgerEntry],
    )
    def get(self, request: Request) -> Response:
        wanted = read(serializers.EntriesWanted, request.query_params.dict())
        user_id = services.player(identity(request).user_id).pk
        if wanted["of"] == "items":
            entries, show = selectors.item_entries(user_id), selectors.shown_item_entries
        else:
            entries, show = selectors.money_entries(user_id), selectors.shown_entries
        return paging.page(self, entries, ordering="-id", show=show)


class Inventory(APIView):
    """What the caller owns."""

    @extend_schema(
        operation_id="api_inventory_list",
        parameters=paging.PAGE_PARAMETERS,
        responses=Page[shapes.InventoryRow],
    )
    def get(self, request: Request) -> Response:
        stacks = selectors.inventory(identity(request).user_id)
        return paging.page(self, stacks, ordering="id", show=selectors.shown_stacks)


class Equip(APIView):
    """Gear to wear."""

    @extend_schema(
        description=(
            "Wear a piece of gear (the id of its inventory row) in place of what is worn there. "
            "404 `not_owned`, 409 `cannot_be_worn`."
        ),
        request=None,
        responses=shapes.InventoryRow,
    )
    def post(self, request: Request, item_id: int) -> Response:
        stack = services.equip(identity(request).user_id, item_id)
        return Response(selectors.shown_stacks([stack])[0])


class Unequip(APIView):
    """Gear to take off."""

    @extend_schema(
        description="Take off what is worn in a slot. 409 `slot_empty`.",
        request=None,
        responses=shapes.InventoryRow,
    )
    def post(self, request: Request, slot: str) -> Response:
        stack = services.unequip(identity(request).user_id, slot)
        return Response(selectors.shown_stacks([stack])[0])


class Pets(APIView):
    """The caller's pets."""

    @extend_schema(
        operation_id="api_pets_list",
        parameters=paging.PAGE_PARAMETERS,
        responses=Page[shapes.PetShape],
    )
    def get(self, request: Request) -> Response:
        pets = selectors.pets(identity(request).user_id)
        return paging.page(self, pets, ordering="id", show=selectors.shown_pets)


class Odds(APIView):
    """How likely a pet of each rarity is, by the rarity of the egg."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        return Response(selectors.hatch_odds())


class Hatch(APIView):
    """A pet from an egg."""

    @extend_schema(
        description=(
            "Hatch an egg (the id of its inventory row). "
            "404 `not_owned`, 409 `not_an_egg`, `nothing_hatches`."
        ),
        request=None,
        responses={201: shapes.PetShape},
    )
    @idempotent
    def post(self, request: Request, egg_id: int) -> Response:
        pet = services.hatch(identity(request).user_id, egg_id)
        return Response(selectors.shown_pets([pet])[0], status=201)


class Feed(APIView):
    """Food for a pet."""

    @extend_schema(
        description=(
            "Give a pet one of a stack of food (the id of its inventory row). "
            "404 `not_owned`, 409 `not_food`, `not_enough_items`, `fully_grown`."
        ),
        request=serializers.Feeding,
        responses=shapes.PetShape,
    )
    @idempotent
    def post(self, request: Request, pet_id: int) -> Response:
        food = read(serializers.Feeding, request.data)
        pet = services.feed(identity(request).user_id, pet_id, food["item_id"])
        return Response(selectors.shown_pets([pet])[0])


class EquipPet(APIView):
    """A pet for the active set."""

    @extend_schema(
        description=(
            "Take a pet into the set of three; if it is full, the one that has been there longest makes "
            "room. 404 `not_owned`."
        ),
        request=None,
        responses=shapes.PetShape,
    )
    def post(self, request: Request, pet_id: int) -> Response:
        return Response(selectors.shown_pets([services.equip_pet(identity(request).user_id, pet_id)])[0])


class UnequipPet(APIView):
    """A pet out of the active set."""

    @extend_schema(description="404 `not_owned`, 409 `not_in_set`.", request=None, responses=shapes.PetShape)
    def post(self, request: Request, pet_id: int) -> Response:
        return Response(selectors.shown_pets([services.unequip_pet(identity(request).user_id, pet_id)])[0])


class Shop(APIView):
    """What the shop sells today."""

    @extend_schema(operation_id="api_shop_items_list", responses=list[shapes.ShopItem])
    def get(self, request: Request) -> Response:
        return Response(selectors.shown_offers(selectors.offers(timezone.now().date())))


class Purchase(APIView):
    """Something from the shop."""

    @extend_schema(
        description=(
            "Buy an item (by its id in the shop). 402 `not_enough_gold` or `not_enough_gems`, "
            "404 `not_for_sale`, 409 `sold_out`."
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
