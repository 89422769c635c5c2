"""Conventions of the code that neither the linter nor the type checker knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CLAUSE = re.compile(r"(What|Who|Whose|Which|How|By which|Whether it)\b")


def _modules(pattern: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(ROOT.glob(f"[a-z]*/{pattern}")):
        if "node_modules" not in path.parts:
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def test_services_take_by_position_at_most_a_first_argument_of_a_type_of_its_own() -> None:
    services = [
        (f"{path}:{node.lineno} {node.name}", node.args)
        for pattern in ("**/services.py", "**/services/*.py")
        for path, module in _modules(pattern)
        for node in module.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")
        if path.parts[0] != "tests"
    ]

    assert len(services) > 100
    assert [name for name, args in services if len(args.posonlyargs + args.args) > 1] == []
    # So that the type checker finds an argument in the place of another.
    assert [
        name for name, args in services if args.args and _type(args.args[0]) in map(_type, args.kwonlyargs)
    ] == []


def _type(argument: ast.arg) -> str:
    return ast.unparse(argument.annotation) if argument.annotation else ""


def test_docstrings_begin_with_an_imperative_or_a_noun_phrase() -> None:
    texts = [
        (f"{path}:{node.lineno}", node.value.value)
        for path, module in _modules("**/*.py")
        if "migrations" not in path.parts
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node.value.value, str)
    ]

    assert len(texts) > 2000
    assert [f"{place} {text[:60]}" for place, text in texts if CLAUSE.match(text)] == []


def test_doc_comments_of_javascript_begin_with_an_imperative_or_a_noun_phrase() -> None:
    texts = [
        (f"{path.relative_to(ROOT)}:{source.count(chr(10), 0, comment.start()) + 1}", comment.group(1))
        for folder in ("clients/js", "operators/static", "web")
        for pattern in ("**/*.js", "**/*.d.ts")
        for path in sorted((ROOT / folder).glob(pattern))
        if not {"node_modules", "vendor"} & set(path.parts)
        for source in [path.read_text()]
        for comment in re.finditer(r"/\*\*[\s*]*(.*)", source)
    ]

    assert len(texts) > 500
    assert [f"{place} {text[:60]}" for place, text in texts if CLAUSE.match(text)] == []
