"""Conventions of the code that neither the linter nor the type checker knows."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _modules(pattern: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(ROOT.glob(f"[a-z]*/{pattern}")):
        if "node_modules" not in path.parts:
            yield path.relative_to(ROOT), ast.parse(path.read_text())


def test_services_take_all_but_their_first_argument_by_name() -> None:
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
