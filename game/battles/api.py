"""HTTP routes of battles."""

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import identity
from core import paging
from core.idempotency import idempotent
from core.parsers import read
from core.shapes import Page
from game.battles import selectors, serializers, services, shapes


class Available(APIView):
    """Battles that the caller can join or continue."""

    @extend_schema(
        operation_id="api_battles_available",
        description="Battles with a free place, and those the caller has joined; the easiest first.",
        responses=list[shapes.AvailableBattle],
    )
    def get(self, request: Request) -> Response:
        return Response(selectors.available(identity(request).user_id))


class OneBattle(APIView):
    """A battle that the caller has joined."""

    @extend_schema(
        operation_id="api_battles_retrieve",
        description="403 `not_in_battle`, 404 `unknown_battle`.",
        responses=shapes.BattleShape,
    )
    def get(self, request: Request, battle_id: int) -> Response:
        return Response(_shown(selectors.battle_state(battle_id, identity(request).user_id)))


class Join(APIView):
    """Join a battle."""

    @extend_schema(
        description=(
            "Take a place, for stamina; again, it is the same one at no cost. 402 `not_enough_stamina`, "
            "404 `unknown_battle`, 409 `battle_full` or `battle_over`."
        ),
        request=None,
        responses=shapes.BattleShape,
    )
    @idempotent
    def post(self, request: Request, battle_id: int) -> Response:
        user_id = identity(request).user_id
        return Response(_shown(services.join(user_id=user_id, battle_id=battle_id)))


class Attack(APIView):
    """Attack an enemy."""

    @extend_schema(
        description=(
            "Strike an enemy with what the caller's own stats give, at most twice a second. "
            "403 `not_in_battle`, 404 `unknown_battle` or `unknown_enemy`, 409 `battle_over`, "
            "`enemy_defeated` or `fighter_fallen`, 429 `attack_cooldown`."
        ),
        request=serializers.AttackWanted,
        responses=shapes.AttackResult,
    )
    @idempotent
    def post(self, request: Request, battle_id: int) -> Response:
        user_id = identity(request).user_id
        wanted = read(
            serializers.AttackWanted,
            request.data,
            check_rights=lambda: selectors.check_fighter(user_id, battle_id),
        )
        struck = services.attack(user_id=user_id, battle_id=battle_id, **wanted)
        return Response(
            shapes.AttackResult(
                damage=struck.hit.damage,
                critical=struck.hit.critical,
                enemy_hp=struck.enemy_hp,
                state=struck.state,
            )
        )


class ClaimLoot(APIView):
    """Claim the loot of a won battle."""

    @extend_schema(
        description=(
            "Once for each who did a share of the fight: in damage or in attacks, a quarter of what each "
            "would do if all did the same. 403 `not_in_battle`, `too_small_a_share`, "
            "404 `unknown_battle`, 409 `battle_not_won` or `loot_claimed`."
        ),
        request=None,
        responses=shapes.LootShape,
    )
    @idempotent
    def post(self, request: Request, battle_id: int) -> Response:
        return Response(services.claim_loot(user_id=identity(request).user_id, battle_id=battle_id))


class History(APIView):
    """The caller's finished battles."""

    @extend_schema(
        operation_id="api_battles_history",
        description="The caller's past battles, newest first.",
        parameters=paging.PAGE_PARAMETERS,
        responses=Page[shapes.PastBattle],
    )
    def get(self, request: Request) -> Response:
        return paging.page(
            self,
            selectors.past_battles(identity(request).user_id),
            ordering="-pk",
            show=lambda fighters: [selectors.past_battle(fighter) for fighter in fighters],
        )


def _shown(state: shapes.BattleState) -> shapes.BattleShape:
    return shapes.BattleShape(**msgspec.structs.asdict(state), ws_url=selectors.ws_url(state.id))
