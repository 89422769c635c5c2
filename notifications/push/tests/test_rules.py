"""The encryption of push messages, by the example of RFC 8291, and keys."""

from io import StringIO

import pytest
from django.core.management import call_command

from notifications.push import rules


def test_a_message_is_encrypted_as_in_the_example_of_the_rfc() -> None:
    # RFC 8291, section 5 and appendix A.
    receiver = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    body = rules.encrypt(
        b"When I grow up, I want to be a watermelon",
        receiver=rules.decoded(receiver),
        secret=rules.decoded("BTBZMqHH6r4Tts7J_aSIgg"),
        salt=rules.decoded("DGv6ra1nlYgDCS1FRnbzlw"),
        own=rules.private_key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
    )
    assert rules.encoded(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_command_makes_a_new_key_each_time() -> None:
    made = []
    for _ in range(2):
        out = StringIO()
        call_command("make_push_key", stdout=out)
        name, _, value = out.getvalue().strip().partition("=")
        assert name == "PUSH_KEY"
        made.append(rules.point(rules.private_key(value)))
    assert made[0] != made[1]


@pytest.mark.parametrize(
    "text", ["", "AAAA", "not base64!", rules.encoded(bytes(32)), "A" * 43 + "=" * 9 + "!"]
)
def test_what_is_no_private_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        rules.private_key(text)


def test_every_language_says_the_same_things_with_the_same_fields() -> None:
    facts = {"name": "ada", "text": "hi", "game": "Chess", "lobby": "Den"}
    keys = [set(texts) for texts in rules.TEXTS.values()]
    assert all(one == keys[0] for one in keys)
    for says in keys[0]:
        assert all(rules.told(says, language, facts) for language in rules.LANGUAGES)
