"""The input of the account routes."""

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
