"""What the account routes take and give."""

from typing import Any

from rest_framework import serializers

from accounts.models import USERNAME_LENGTH, USERNAME_LETTERS, User

# REST framework's sentences speak of fields.
SENTENCES = {
    "required": "This is needed.",
    "null": "This is needed.",
    "blank": "This is needed.",
    "min_length": "At least {min_length} characters.",
    "max_length": "At most {max_length} characters.",
}


class Text(serializers.CharField):
    """A text; unlike REST framework's, it takes no number for one."""

    default_error_messages = {**SENTENCES}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A whole number; unlike REST framework's, it takes no text for one."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Username(Text):
    """A name of the letters and length that accounts have."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"min_length": USERNAME_LENGTH[0], "max_length": USERNAME_LENGTH[-1]} | kwargs
        super().__init__(**kwargs)
        self.validators.append(USERNAME_LETTERS)


class Password(Text):
    """Any characters, spaces at the ends included."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 256, "trim_whitespace": False, "write_only": True} | kwargs)


class Email(serializers.EmailField):
    """An address, with its domain in small letters: SQLite knows those of ASCII alone."""

    default_error_messages = {**SENTENCES, "invalid": "This is not an e-mail address."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254} | kwargs)

    def to_internal_value(self, data: Any) -> str:
        return User.objects.normalize_email(super().to_internal_value(data))


class Registration(serializers.Serializer[Any]):
    """A new account, or what turns a guest into one."""

    username = Username(required=False)
    email = Email()
    password = Password()
    password_confirm = Password(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.pop("password_confirm", attrs["password"]) != attrs["password"]:
            raise serializers.ValidationError({"password_confirm": "The two passwords differ."})
        return attrs


class Guest(serializers.Serializer[Any]):
    """A guest may choose a name."""

    username = Username(required=False)


class Login(serializers.Serializer[Any]):
    """Name or e-mail, in either field, and the password."""

    username = Text(max_length=254, required=False)
    email = Text(max_length=254, required=False)
    password = Password()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        login = attrs.get("username") or attrs.get("email")
        if not login:
            raise serializers.ValidationError({"username": "Give the username or the e-mail."})
        return {"login": login, "password": attrs["password"]}


class Refresh(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = Text(max_length=4096)


class Logout(serializers.Serializer[Any]):
    """The refresh token may come along; the session is known without it."""

    refresh = Text(max_length=4096, required=False, allow_blank=True, allow_null=True)


class ProfileChanges(serializers.Serializer[Any]):
    """What users change of their own account; another e-mail needs the password."""

    username = Username(required=False)
    email = Email(required=False)
    password = Password(required=False, allow_blank=True)


class PasswordChange(serializers.Serializer[Any]):
    """The present password and the next."""

    old_password = Password()
    new_password = Password()


class Erasure(serializers.Serializer[Any]):
    """The password once more, for what cannot be undone; guests have none."""

    password = Password(required=False, allow_blank=True)


class BriefUser(serializers.Serializer[Any]):
    """The user that comes with tokens."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.CharField()
    is_premium = serializers.BooleanField()
    is_guest = serializers.BooleanField()


class TokenPair(serializers.Serializer[Any]):
    """A token for calls, and one that buys the next pair."""

    access = serializers.CharField()
    refresh = serializers.CharField()


class SignedIn(TokenPair):
    """Tokens, and whose they are."""

    user = BriefUser()


class Ticket(serializers.Serializer[Any]):
    """Opens one socket."""

    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds")


class OwnProfile(BriefUser):
    """All that a user is shown of the own account."""

    date_joined = serializers.DateTimeField()
    last_login = serializers.DateTimeField(allow_null=True)


class DeviceSession(serializers.Serializer[Any]):
    """A device that is signed in."""

    id = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    last_seen = serializers.DateTimeField()
    user_agent = serializers.CharField()
    ip = serializers.CharField(allow_null=True)
    current = serializers.BooleanField(help_text="Whether it is the one that asks")


class PublicProfile(serializers.Serializer[Any]):
    """What anybody sees of a user."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    is_premium = serializers.BooleanField()
    level = serializers.IntegerField()
    rating = serializers.IntegerField(allow_null=True)
    online = serializers.BooleanField()
