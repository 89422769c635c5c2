"""The input of the account routes."""

from typing import Any

from rest_framework import serializers

from accounts.models import LANGUAGES, USERNAME_LENGTH, USERNAME_LETTERS, User

# REST framework's own messages mention fields.
SENTENCES = {
    "required": "This is needed.",
    "null": "This is needed.",
    "blank": "This is needed.",
    "min_length": "At least {min_length} characters.",
    "max_length": "At most {max_length} characters.",
}


class StrictText(serializers.CharField):
    """A string field that, unlike REST framework's, does not accept numbers."""

    default_error_messages = {**SENTENCES}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictInteger(serializers.IntegerField):
    """An integer field that, unlike REST framework's, does not accept strings."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Username(StrictText):
    """A username within the allowed characters and length."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"min_length": USERNAME_LENGTH[0], "max_length": USERNAME_LENGTH[-1]} | kwargs
        super().__init__(**kwargs)
        self.validators.append(USERNAME_LETTERS)


class Password(StrictText):
    """A password: any characters, including leading and trailing spaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 256, "trim_whitespace": False, "write_only": True} | kwargs)


class Email(serializers.EmailField):
    """An e-mail address. Its domain is lower-cased: SQLite folds only ASCII."""

    default_error_messages = {**SENTENCES, "invalid": "This is not an e-mail address."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 254} | kwargs)

    def to_internal_value(self, data: Any) -> str:
        return User.objects.normalize_email(super().to_internal_value(data))


class Registration(serializers.Serializer[Any]):
    """A new account, or the upgrade of a guest."""

    username = Username(required=False)
    email = Email()
    password = Password()
    password_confirm = Password(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.pop("password_confirm", attrs["password"]) != attrs["password"]:
            raise serializers.ValidationError({"password_confirm": "The two passwords differ."})
        return attrs


class Guest(serializers.Serializer[Any]):
    """A new guest account; the name is optional."""

    username = Username(required=False)


class Login(serializers.Serializer[Any]):
    """A username or e-mail (in either field) and a password."""

    username = StrictText(max_length=254, required=False)
    email = StrictText(max_length=254, required=False)
    password = Password()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        login = attrs.get("username") or attrs.get("email")
        if not login:
            raise serializers.ValidationError({"username": "Give the username or the e-mail."})
        return {"login": login, "password": attrs["password"]}


class Refresh(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = StrictText(max_length=4096)


class Logout(serializers.Serializer[Any]):
    """The refresh token is accepted but not needed."""

    refresh = StrictText(max_length=4096, required=False, allow_blank=True, allow_null=True)


class ProfileChanges(serializers.Serializer[Any]):
    """Changes to the caller's own account; a new e-mail needs the password."""

    username = Username(required=False)
    email = Email(required=False)
    password = Password(required=False, allow_blank=True)
    language = serializers.ChoiceField(LANGUAGES, required=False)


class PasswordChange(serializers.Serializer[Any]):
    """The current and the new password."""

    old_password = Password()
    new_password = Password()


class Erasure(serializers.Serializer[Any]):
    """The password, to confirm an irreversible action; guests have none."""

    password = Password(required=False, allow_blank=True)


class Verification(serializers.Serializer[Any]):
    """The code or the link's key from a mail."""

    key = StrictText(max_length=200)


class Address(serializers.Serializer[Any]):
    """The address to which a mail is to go."""

    email = Email()


class EmailChange(serializers.Serializer[Any]):
    """Another address, and the password."""

    email = Email()
    password = Password(required=False)


class SignInCode(serializers.Serializer[Any]):
    """An address, and the code that was sent to it."""

    email = Email()
    code = StrictText(max_length=20)


class PasswordReset(serializers.Serializer[Any]):
    """The key from a mail, and the new password."""

    key = StrictText(max_length=200)
    password = Password()
