"""The reference of what is public, from docstrings.

Public are the names in ``__all__`` of ``MODULES``, their public methods and attributes, the settings in
.env.example and the management commands. ``manage.py note_public_names`` notes those of a release in
``docs/reference/public.txt``: none of them may go or change unless ``docs/upgrading.md`` lists it.
"""

import ast
import inspect
import itertools
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings
from django.core.management import get_commands, load_command_class

FOLDER = settings.BASE_DIR / "docs" / "reference"
PUBLIC = FOLDER / "public.txt"
MODULES = {
    "game.author": "The authors' API: everything that the rules of a game are written with.",
    "gameplatform.extend": "What extra apps import: routes, procedures, hooks, sockets, operators' pages.",
    "gameplatform.testing.plugin": "Fixtures for the tests of a project.",
    "gameplatform.testing.people": "Fixtures of people with tokens and sockets.",
}
PROMISE = """All that stands here is public: it goes or changes only after a release in which
[Upgrading](../upgrading.md) listed it as deprecated. Everything else may change at any time."""
MADE_BY = "<!-- Made by manage.py generate_catalogue from the code; changes here are lost. -->"


def contents() -> dict[Path, str]:
    """Return the pages of the reference."""
    pages = {name: _module_page(name, text) for name, text in MODULES.items()}
    pages |= {"settings": _settings_page(), "commands": _commands_page()}
    links = [f"- [{name}]({name}.md)" for name in pages]
    pages["README"] = _as_markdown(["# Reference", "", MADE_BY, "", PROMISE, "", *links])
    return {FOLDER / f"{name}.md": text for name, text in pages.items()}


def public() -> Iterator[str]:
    """Yield a line for each public name: functions and methods with their parameters."""
    for module in MODULES:
        for name, value in _names(import_module(module)):
            yield f"{module}.{name}{_parameters(value)}"
            if _has_members(value):
                for member, inner, _ in _members(value):
                    yield f"{module}.{name}.{member}{_parameters(inner)}"
    yield from (f"{name}=" for name, _ in _variables())
    yield from (f"manage.py {name}" for name, _ in _commands())


def _names(module: ModuleType) -> list[tuple[str, Any]]:
    exported = getattr(module, "__all__", None)
    if exported is not None:
        return [(name, getattr(module, name)) for name in sorted(exported, key=str.lower)]
    fixtures = (one for one in vars(module).items() if type(one[1]).__name__ == "FixtureFunctionDefinition")
    return sorted((name, value) for name, value in fixtures if not name.startswith("_"))


def _is_ours(value: Any) -> bool:
    return str(getattr(value, "__module__", "")).partition(".")[0] in {"gameplatform", *settings.OUR_APPS}


def _function(value: Any) -> Any:
    return inspect.unwrap(getattr(value, "_fixture_function", value))


def _parameters(documented: Any) -> str:
    value: Any = _function(documented)
    if not (inspect.isfunction(value) or isinstance(value, classmethod | staticmethod)):
        return ""
    called: Any = value if inspect.isfunction(value) else value.__func__
    signature = inspect.signature(called)
    bare = [one.replace(annotation=one.empty) for one in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=signature.empty))


def _has_members(value: Any) -> bool:
    return inspect.ismodule(value) or (inspect.isclass(value) and _is_ours(value))


def _members(kind: Any) -> Iterator[tuple[str, Any, str]]:
    """Yield the public members that the class or the module itself documents, with their docstrings."""
    texts = _texts_of(kind)
    for name, value in vars(kind).items():
        if inspect.ismodule(kind) and getattr(value, "__module__", kind.__name__) != kind.__name__:
            continue
        text = inspect.getdoc(_function(value)) if _parameters(value) or isinstance(value, property) else None
        if not name.startswith("_") and (text or name in texts):
            yield name, value, text or texts[name]
    yield from ((name, None, text) for name, text in texts.items() if name not in vars(kind))


def _texts_of(where: Any) -> dict[str, str]:
    """Return the strings below assignments in a class or a module, by the name that is assigned."""
    try:
        tree: Any = ast.parse(inspect.cleandoc("\n" + inspect.getsource(where)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = tree.body[0].body if inspect.isclass(where) else tree.body
    found = {}
    for one, below in itertools.pairwise(body):
        target = one.targets[0] if isinstance(one, ast.Assign) else getattr(one, "target", None)
        text = below.value.value if _is_constant(below) else None
        if isinstance(target, ast.Name) and isinstance(text, str) and not target.id.startswith("_"):
            found[target.id] = inspect.cleandoc(text)
    return found


def _is_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _module_page(name: str, about: str) -> str:
    module = import_module(name)
    lines = [f"# {name}", "", MADE_BY, "", about, ""]
    for one, value in _names(module):
        lines += [f"## {one}", "", *_described(name, one, value)]
        if _has_members(value):
            for member, inner, text in _members(value):
                lines += [f"### {one}.{member}", "", *_code(f"{member}{_parameters(inner)}", inner), text, ""]
    return _as_markdown(lines)


def _described(module: str, name: str, value: Any) -> list[str]:
    if inspect.ismodule(value):
        return [inspect.getdoc(value) or "", ""]
    if inspect.isclass(value) or _parameters(value):
        text = inspect.getdoc(_function(value)) if _is_ours(value) or _parameters(value) else None
        return [*_code(f"{name}{_parameters(value)}", value), text or f"`{value.__module__}.{name}`", ""]
    text = next((found[name] for one in _siblings(module) if name in (found := _texts_of(one))), None)
    return [text or f"`{value!r}`".replace(str(settings.BASE_DIR), ""), ""]


def _siblings(module: str) -> Iterator[ModuleType]:
    folder = Path(str(import_module(module).__file__)).parent
    if folder.name == module.rpartition(".")[2]:
        yield from (import_module(f"{module}.{path.stem}") for path in sorted(folder.glob("[a-z]*.py")))


def _code(line: str, value: Any) -> list[str]:
    return ["```", line, "```", ""] if _parameters(value) else []


def _variables() -> Iterator[tuple[str, str]]:
    """Yield each variable of .env.example with the comment above it."""
    text = (settings.BASE_DIR / ".env.example").read_text()
    for comment, variables in re.findall(r"((?:^# .*\n)+)((?:^#[A-Z].*\n)+)", text, re.MULTILINE):
        about = " ".join(line.removeprefix("# ") for line in comment.splitlines())
        for name, value in re.findall(r"^#(\w+)=(.*)$", variables, re.MULTILINE):
            yield name, f"{about} For example `{value}`." if value else about


def _settings_page() -> str:
    lines = ["# Settings", "", MADE_BY, "", "Environment variables, or lines of `.env`.", ""]
    for name, text in _variables():
        lines += [f"## {name}", "", text, ""]
    return _as_markdown(lines)


def _commands() -> Iterator[tuple[str, Any]]:
    ours = {"gameplatform", *settings.OUR_APPS}
    for name, app in sorted(get_commands().items()):
        if app in ours:
            yield name, load_command_class(str(app), name)


def _commands_page() -> str:
    lines = ["# Commands", "", MADE_BY, "", "`python manage.py NAME`; `--help` tells more.", ""]
    for name, command in _commands():
        parser = command.create_parser("manage.py", name)
        lines += [f"## {name}", "", inspect.cleandoc(str(command.help)), ""]
        own = [one for one in parser._actions if one.help and not _is_django_s(one)]
        lines += [f"- `{' '.join(one.option_strings) or one.dest}`: {one.help}" for one in own]
        lines.append("")
    return _as_markdown(lines)


_BASIC = ("help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color")


def _is_django_s(action: Any) -> bool:
    return action.dest in (*_BASIC, "skip_checks")


def _as_markdown(lines: list[str]) -> str:
    text = re.sub(r"(?<!`)``([^`]+)``(?!`)", r"`\1`", "\n".join(lines))
    text = re.sub(r":(?:class|func|meth):`~?([^`]+)`", r"`\1`", text)
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"
