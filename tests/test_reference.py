"""Public names stay as they are until they were deprecated."""

import ast
import re

import pytest

from gameplatform import extend, reference
from gameplatform.testing.processes import ROOT


def broken(released: list[str], now: list[str], deprecated: set[str]) -> list[str]:
    """Return the released names that are gone, or cannot be called as before, without a deprecation."""
    there = {name_of(line): line for line in now}
    return [
        line
        for line in released
        if name_of(line) not in deprecated
        and not (name_of(line) in there and takes(there[name_of(line)], line))
    ]


def name_of(line: str) -> str:
    return line.partition("(")[0]


def takes(now: str, released: str) -> bool:
    """Return whether calls of the released function fit the present one."""
    if "(" not in now + released:
        return True
    old, new = parameters(released), parameters(now)
    kept = [(name, kind) for name, (kind, _) in new.items()][: len(old)]
    optional = all(has_default for name, (_, has_default) in new.items() if name not in old)
    still_optional = all(new[name][1] for name, (_, had) in old.items() if had and name in new)
    return kept == [(name, kind) for name, (kind, _) in old.items()] and optional and still_optional


def parameters(line: str) -> dict[str, tuple[str, bool]]:
    """The parameters of ``name(...)``: their kind, and whether they may be left out."""
    text = re.sub(r"=<[^>]*>", "=None", line.partition("(")[2])
    function = ast.parse(f"def f({text}: pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    args = function.args
    positional = [*args.posonlyargs, *args.args]
    without = len(positional) - len(args.defaults)
    found = {one.arg: ("positional", index >= without) for index, one in enumerate(positional)}
    found |= {f"*{one.arg}": ("rest", True) for one in (args.vararg, args.kwarg) if one}
    return found | {
        one.arg: ("keyword", default is not None)
        for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True)
    }


def deprecated() -> set[str]:
    page = (ROOT / "docs" / "upgrading.md").read_text()
    section = page.partition("\n## Deprecated\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^- `([^`]+)`", section, re.MULTILINE))


def test_no_public_name_goes_or_changes_without_a_deprecation() -> None:
    released = reference.PUBLIC.read_text().splitlines()

    assert len(released) > 200
    assert broken(released, list(reference.public()), deprecated()) == []


@pytest.mark.parametrize(
    ("now", "is_kept"),
    [
        ("a.f(x, y=1)", True),
        ("a.f(x, y=2, *, z=3)", True),
        ("a.f(x, y=1, z=<object object at 0x7f>)", True),
        ("a.f(x, y)", False),
        ("a.f(x)", False),
        ("a.f(x, z=1)", False),
        ("a.f(x, y=1, *, z)", False),
        ("a.g(x, y=1)", False),
    ],
)
def test_a_call_of_the_last_release_has_to_fit(now: str, is_kept: bool) -> None:
    assert (broken(["a.f(x, y=1)"], [now], set()) == []) is is_kept
    assert broken(["a.f(x, y=1)"], [now], {"a.f"}) == []


def test_the_reference_describes_every_public_name_of_extra_apps() -> None:
    page = (reference.FOLDER / "gameplatform.extend.md").read_text()

    assert re.findall(r"^## (\w+)", page, re.MULTILINE) == sorted(extend.__all__, key=str.lower)
