"""REST the naive way: DRF's generic views and serializers with their defaults."""

import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import AccessToken

from bench.naive import models, serializers

COOLDOWN = timedelta(milliseconds=500)


def tell(group: str, **event: Any) -> None:
    """Send an event to a group of sockets."""
    async_to_sync(get_channel_layer().group_send)(group, event)


class Guest(APIView):
    """Create a guest and return a token."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        guest = User.objects.create(username=f"guest_{uuid4().hex}")
        profile = serializers.ProfileSerializer(guest).data
        return Response({"access": str(AccessToken.for_user(guest)), "user": profile}, status=201)


class Me(APIView):
    """The caller's profile."""

    def get(self, request: Request) -> Response:
        return Response(serializers.ProfileSerializer(request.user).data)


class PlayerMe(generics.RetrieveAPIView):
    """The caller's player."""

    serializer_class = serializers.PlayerSerializer

    def get_object(self) -> models.Player:
        player, _ = models.Player.objects.select_related("user").get_or_create(user=self.request.user)
        return player


class Inventory(generics.ListAPIView):
    """The caller's items."""

    serializer_class = serializers.StackSerializer

    def get_queryset(self) -> QuerySet[models.Stack]:
        stacks = models.Stack.objects.filter(player__user=self.request.user)
        return stacks.select_related("item").order_by("id")


class Shop(generics.ListAPIView):
    """The items for sale."""

    queryset = models.Item.objects.exclude(price=None).order_by("id")
    serializer_class = serializers.ItemSerializer


class Purchase(APIView):
    """Buy an item."""

    @transaction.atomic
    def post(self, request: Request) -> Response:
        wanted = serializers.PurchaseSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        item = get_object_or_404(models.Item.objects.exclude(price=None), pk=wanted.validated_data["item_id"])
        player = models.Player.objects.select_for_update().get(user=request.user)
        if player.gold < item.price:
            raise ValidationError("Not enough gold.")
        player.gold -= item.price
        player.save()
        stack, _ = models.Stack.objects.get_or_create(player=player, item=item)
        stack.quantity += 1
        stack.save()
        models.Entry.objects.create(player=player, amount=-item.price, cause="purchase")
        models.Entry.objects.create(player=player, item=item, amount=1, cause="purchase")
        return Response(serializers.StackSerializer(stack).data)


class Equip(APIView):
    """Equip a piece of gear, in place of what is in the slot."""

    @transaction.atomic
    def post(self, request: Request, item_id: int) -> Response:
        stacks = models.Stack.objects.filter(player__user=request.user)
        stack = get_object_or_404(stacks.select_related("item"), pk=item_id)
        stacks.filter(item__slot=stack.item.slot, equipped=True).update(equipped=False)
        stack.equipped = True
        stack.save()
        return Response(serializers.StackSerializer(stack).data)


class Friends(generics.ListAPIView):
    """The caller's friends."""

    serializer_class = serializers.FriendshipSerializer

    def get_queryset(self) -> QuerySet[models.Friendship]:
        return self.request.user.friendships.select_related("friend").order_by("id")


class FriendRequests(generics.ListCreateAPIView):
    """Open requests to and from the caller."""

    serializer_class = serializers.FriendRequestSerializer

    def get_queryset(self) -> QuerySet[models.FriendRequest]:
        mine = Q(from_user=self.request.user) | Q(to_user=self.request.user)
        requests = models.FriendRequest.objects.filter(mine, status="pending")
        return requests.select_related("from_user", "to_user").order_by("-id")

    def perform_create(self, serializer: BaseSerializer[models.FriendRequest]) -> None:
        serializer.save(from_user=self.request.user)


class AcceptRequest(APIView):
    """Accept a friend request."""

    @transaction.atomic
    def post(self, request: Request, request_id: int) -> Response:
        asked = get_object_or_404(request.user.requests_received, pk=request_id, status="pending")
        asked.status = "accepted"
        asked.save()
        models.Friendship.objects.create(user=request.user, friend=asked.from_user)
        models.Friendship.objects.create(user=asked.from_user, friend=request.user)
        return Response(serializers.FriendRequestSerializer(asked).data)


class Badge(APIView):
    """The number of unread messages by sender, and of friend requests."""

    def get(self, request: Request) -> Response:
        unread = (
            request.user.direct_received.filter(read_at=None).values("sender").annotate(count=Count("id"))
        )
        requests = request.user.requests_received.filter(status="pending").count()
        badge = {"dm": {row["sender"]: row["count"] for row in unread}, "requests": requests}
        badge["total"] = requests + sum(badge["dm"].values())
        return Response(badge)


class Threads(APIView):
    """The caller's conversations."""

    def get(self, request: Request) -> Response:
        threads = []
        for friendship in request.user.friendships.select_related("friend"):
            friend = friendship.friend
            unread = friend.direct_sent.filter(receiver=request.user, read_at=None).count()
            last = _between(request.user, friend.pk).first()
            if last is not None:
                threads.append({"friend": friend, "last_message": last, "unread": unread})
        threads.sort(key=lambda thread: thread["last_message"].pk, reverse=True)
        return Response(serializers.ThreadSerializer(threads, many=True).data)


def _between(user: User, friend_id: int) -> QuerySet[models.DirectMessage]:
    sent = Q(sender=user, receiver_id=friend_id)
    received = Q(sender_id=friend_id, receiver=user)
    return models.DirectMessage.objects.filter(sent | received).order_by("-id")


class DirectMessages(generics.ListCreateAPIView):
    """Messages between the caller and a friend."""

    serializer_class = serializers.DirectMessageSerializer

    def get_queryset(self) -> QuerySet[models.DirectMessage]:
        return _between(self.request.user, self.kwargs["friend_id"])

    def perform_create(self, serializer: BaseSerializer[models.DirectMessage]) -> None:
        friendship = get_object_or_404(self.request.user.friendships, friend=self.kwargs["friend_id"])
        serializer.save(sender=self.request.user, receiver=friendship.friend)
        tell("users", type="direct.message", message=serializer.data)


class Lobbies(generics.ListCreateAPIView):
    """The lobbies."""

    queryset = models.Lobby.objects.annotate(member_count=Count("memberships")).order_by("-created_at")
    serializer_class = serializers.LobbySerializer


class LobbyJoin(APIView):
    """Join a lobby."""

    @transaction.atomic
    def post(self, request: Request, lobby_id: int) -> Response:
        lobby = get_object_or_404(models.Lobby.objects.select_for_update(), pk=lobby_id)
        if lobby.memberships.count() >= lobby.max_participants:
            raise ValidationError("The lobby is full.")
        lobby.memberships.get_or_create(user=request.user)
        tell(f"lobby_{lobby.pk}", type="lobby.joined", user_id=request.user.pk)
        return Response(serializers.LobbySerializer(lobby).data)


class LobbyMessages(generics.CreateAPIView):
    """Post a message to a lobby."""

    serializer_class = serializers.LobbyMessageSerializer

    def perform_create(self, serializer: BaseSerializer[models.LobbyMessage]) -> None:
        memberships = models.Membership.objects.filter(user=self.request.user)
        membership = get_object_or_404(memberships, lobby=self.kwargs["lobby_id"])
        serializer.save(sender=self.request.user, lobby_id=membership.lobby_id)
        tell(f"lobby_{membership.lobby_id}", type="lobby.message", message=serializer.data)


class QueueJoin(APIView):
    """Wait for a match, or make one with who waits."""

    @transaction.atomic
    def post(self, request: Request) -> Response:
        wanted = serializers.QueueSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        queue = f"{wanted.validated_data['game']}:{wanted.validated_data['mode']}"
        if models.Ticket.objects.filter(user=request.user).exists():
            raise ValidationError("You are queued already.")
        other = models.Ticket.objects.select_for_update().filter(queue=queue).order_by("id").first()
        if other is None:
            models.Ticket.objects.create(user=request.user, queue=queue)
            return Response({"status": "queued"})
        game = models.Game.objects.create(name=wanted.validated_data["game"], created_by=other.user)
        for number, user in enumerate((other.user, request.user)):
            models.Seat.objects.create(game=game, user=user, number=number)
        other.delete()
        return Response({"status": "matched", "game_id": game.pk}, status=201)


class QueueLeave(APIView):
    """Leave the queue."""

    def post(self, request: Request) -> Response:
        models.Ticket.objects.filter(user=request.user).delete()
        return Response({"status": "idle"})


class Games(generics.CreateAPIView):
    """Create a game."""

    serializer_class = serializers.GameSerializer

    @transaction.atomic
    def perform_create(self, serializer: BaseSerializer[models.Game]) -> None:
        unfinished = models.Game.objects.filter(created_by=self.request.user).exclude(state="finished")
        if unfinished.count() >= 20:
            raise ValidationError("You have too many games.")
        game = serializer.save(created_by=self.request.user)
        models.Seat.objects.create(game=game, user=self.request.user, number=0)


class GameJoin(APIView):
    """Take a free seat."""

    @transaction.atomic
    def post(self, request: Request, game_id: Any) -> Response:
        game = get_object_or_404(models.Game.objects.select_for_update(), pk=game_id)
        taken = game.seats.count()
        if taken >= game.seats_wanted:
            raise ValidationError("The game is full.")
        models.Seat.objects.create(game=game, user=request.user, number=taken)
        if taken + 1 == game.seats_wanted:
            game.state = "waiting_for_ready"
            game.save()
        tell(f"game_{game.pk}", type="game.joined", user_id=request.user.pk)
        return Response(serializers.GameSerializer(game).data)


class Leaderboard(generics.ListAPIView):
    """A game's ranking."""

    serializer_class = serializers.RatingSerializer

    def get_queryset(self) -> QuerySet[models.Rating]:
        ratings = models.Rating.objects.filter(game=self.kwargs["game"])
        return ratings.select_related("user").order_by("-shown", "id")


def _shown(battle: models.Battle) -> Response:
    found = models.Battle.objects.prefetch_related("enemies", "fighters__user").get(pk=battle.pk)
    return Response(serializers.BattleSerializer(found).data)


class BattleJoin(APIView):
    """Join a battle, for stamina."""

    @transaction.atomic
    def post(self, request: Request, battle_id: int) -> Response:
        battle = get_object_or_404(models.Battle.objects.select_for_update(), pk=battle_id)
        if battle.fighters.count() >= battle.max_players:
            raise ValidationError("The battle is full.")
        player = models.Player.objects.select_for_update().get(user=request.user)
        player.stamina -= battle.stamina_cost
        player.save()
        battle.fighters.create(user=request.user)
        return _shown(battle)


class Attack(APIView):
    """Attack an enemy."""

    @transaction.atomic
    def post(self, request: Request, battle_id: int) -> Response:
        wanted = serializers.AttackSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        battle = get_object_or_404(models.Battle.objects.select_for_update(), pk=battle_id)
        fighter = get_object_or_404(battle.fighters, user=request.user)
        enemy = get_object_or_404(battle.enemies, pk=wanted.validated_data["enemy_id"])
        now = timezone.now()
        if fighter.ready_at is not None and now < fighter.ready_at:
            raise ValidationError("Too early.")
        player = models.Player.objects.get(user=request.user)
        damage = min(enemy.hp, player.strength * 2 + random.randint(0, 3))
        enemy.hp -= damage
        enemy.save()
        fighter.damage_dealt += damage
        fighter.ready_at = now + COOLDOWN
        fighter.save()
        battle.state = "active" if battle.enemies.filter(hp__gt=0).exists() else "won"
        battle.save()
        tell(f"battle_{battle.pk}", type="battle.attack", damage=damage, enemy_hp=enemy.hp)
        return Response({"damage": damage, "enemy_hp": enemy.hp, "state": battle.state})


class Loot(APIView):
    """Take what a won battle gives."""

    @transaction.atomic
    def post(self, request: Request, battle_id: int) -> Response:
        battle = get_object_or_404(models.Battle, pk=battle_id, state="won")
        fighter = get_object_or_404(battle.fighters.select_for_update(), user=request.user)
        if fighter.has_loot:
            raise ValidationError("The loot has been claimed.")
        fighter.has_loot = True
        fighter.save()
        player = models.Player.objects.select_for_update().get(user=request.user)
        player.xp += 40
        player.gold += 20
        player.save()
        models.Entry.objects.create(player=player, amount=20, cause="battle")
        return Response({"xp": 40, "gold": 20})
