"""The shapes of the naive server's answers: model serializers."""

from typing import Any

from django.contrib.auth.models import User
from rest_framework import serializers

from bench.naive import models


class ProfileSerializer(serializers.ModelSerializer[User]):
    """The caller's profile."""

    class Meta:
        model = User
        fields = ["id", "username", "email", "is_staff", "date_joined"]


class PlayerSerializer(serializers.ModelSerializer[models.Player]):
    """The caller's player."""

    username = serializers.CharField(source="user.username")

    class Meta:
        model = models.Player
        fields = "__all__"


class ItemSerializer(serializers.ModelSerializer[models.Item]):
    """An item of the shop."""

    class Meta:
        model = models.Item
        fields = "__all__"


class StackSerializer(serializers.ModelSerializer[models.Stack]):
    """A row of the inventory."""

    item = ItemSerializer()

    class Meta:
        model = models.Stack
        fields = ["id", "item", "quantity", "equipped"]


class PurchaseSerializer(serializers.Serializer[Any]):
    """The item to buy."""

    item_id = serializers.IntegerField()


class FriendshipSerializer(serializers.ModelSerializer[models.Friendship]):
    """A friend."""

    username = serializers.CharField(source="friend.username")

    class Meta:
        model = models.Friendship
        fields = ["friend", "username", "since"]


class FriendRequestSerializer(serializers.ModelSerializer[models.FriendRequest]):
    """A friend request."""

    user_id = serializers.PrimaryKeyRelatedField(
        source="to_user", queryset=User.objects.all(), write_only=True
    )
    from_user = ProfileSerializer(read_only=True)
    to_user = ProfileSerializer(read_only=True)

    class Meta:
        model = models.FriendRequest
        fields = ["id", "user_id", "from_user", "to_user", "status", "created_at"]
        read_only_fields = ["status"]


class DirectMessageSerializer(serializers.ModelSerializer[models.DirectMessage]):
    """A direct message."""

    class Meta:
        model = models.DirectMessage
        fields = "__all__"
        read_only_fields = ["sender", "receiver", "read_at"]


class ThreadSerializer(serializers.Serializer[Any]):
    """A conversation: the friend, the last message, and how many are unread."""

    friend = ProfileSerializer()
    last_message = DirectMessageSerializer()
    unread = serializers.IntegerField()


class LobbySerializer(serializers.ModelSerializer[models.Lobby]):
    """A lobby."""

    member_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = models.Lobby
        fields = "__all__"


class LobbyMessageSerializer(serializers.ModelSerializer[models.LobbyMessage]):
    """A lobby message."""

    class Meta:
        model = models.LobbyMessage
        fields = "__all__"
        read_only_fields = ["lobby", "sender"]


class QueueSerializer(serializers.Serializer[Any]):
    """The queue to join."""

    game = serializers.CharField(max_length=40)
    mode = serializers.CharField(max_length=40, default="", allow_blank=True)


class SeatSerializer(serializers.ModelSerializer[models.Seat]):
    """A player of a game."""

    username = serializers.CharField(source="user.username")

    class Meta:
        model = models.Seat
        fields = ["user", "username", "number"]


class GameSerializer(serializers.ModelSerializer[models.Game]):
    """A game."""

    game = serializers.CharField(source="name")
    seats = SeatSerializer(many=True, read_only=True)

    class Meta:
        model = models.Game
        fields = ["id", "game", "state", "seats", "created_at"]
        read_only_fields = ["state"]


class RatingSerializer(serializers.ModelSerializer[models.Rating]):
    """A row of the leaderboard."""

    username = serializers.CharField(source="user.username")

    class Meta:
        model = models.Rating
        fields = ["user", "username", "shown", "played"]


class EnemySerializer(serializers.ModelSerializer[models.Enemy]):
    """An enemy."""

    class Meta:
        model = models.Enemy
        fields = ["id", "name", "hp", "max_hp"]


class FighterSerializer(serializers.ModelSerializer[models.Fighter]):
    """A fighter."""

    username = serializers.CharField(source="user.username")

    class Meta:
        model = models.Fighter
        fields = ["user", "username", "hp", "damage_dealt"]


class BattleSerializer(serializers.ModelSerializer[models.Battle]):
    """A battle."""

    enemies = EnemySerializer(many=True)
    fighters = FighterSerializer(many=True)

    class Meta:
        model = models.Battle
        fields = ["id", "name", "state", "max_players", "enemies", "fighters"]


class AttackSerializer(serializers.Serializer[Any]):
    """The enemy to attack."""

    enemy_id = serializers.IntegerField()
