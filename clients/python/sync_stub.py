"""Writes ``gameplatform_client/sync.pyi``: the types of the async client, without ``async``.

python clients/python/sync_stub.py
"""

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent / "gameplatform_client"
STUB = PACKAGE / "sync.pyi"
MODULES = ("handlers", "channel", "session", "play", "world", "client")
CLASSES = {
    "Handlers",
    "Channel",
    "GameChannel",
    "BattleChannel",
    "RoomChannel",
    "WorldChannel",
    "Session",
    "Playing",
    "NetworkClient",
}
HEAD = '''"""The client for plain code, without ``await``: each call returns once it is through."""

# Made by sync_stub.py from the async client; changes here are lost.

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Literal, Self

from gameplatform_client.api import User
from gameplatform_client.channel import State
from gameplatform_client.errors import ChannelClosed
from gameplatform_client.handlers import Handler
from gameplatform_client.messages import MessageType
from gameplatform_client.protocol import Id, Message
from gameplatform_client.records import OpenRecord
from gameplatform_client.state import SyncedState
from gameplatform_client.world import NearbyPlayer, OwnCharacter, Shard, Vector, WorldState

__all__ = ["BattleChannel", "Channel", "GameChannel", "NetworkClient", "RoomChannel", "WorldChannel"]
'''
ENTERED = ast.parse("def __enter__(self) -> Self: ...\ndef __exit__(self, *_: object) -> None: ...").body


def text() -> str:
    """Return the stub for the current async client."""
    found = [one for module in MODULES for one in ast.parse((PACKAGE / f"{module}.py").read_text()).body]
    classes = [_plain(one) for one in found if isinstance(one, ast.ClassDef) and one.name in CLASSES]
    source = HEAD + "\n".join(map(ast.unparse, classes))
    for theirs, plain in (("asyncio.Future", "Future"), ("protocol.Message", "Message")):
        source = source.replace(theirs, plain)
    formatting = [sys.executable, "-m", "ruff", "format", "--quiet", "--stdin-filename", str(STUB), "-"]
    return subprocess.run(formatting, input=source, check=True, capture_output=True, text=True).stdout


def _plain(one: ast.ClassDef) -> ast.ClassDef:
    body: list[ast.stmt] = [one.body[0]]  # the docstring
    for member in one.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
            if member.name == "__init__":
                body += _attributes(member)
            if not member.name.startswith("_") or (member.name, one.name) == ("__init__", "Session"):
                body.append(_signature(member))
            elif member.name == "__aenter__":
                body += ENTERED
        elif isinstance(member, ast.AnnAssign) and not ast.unparse(member.target).startswith("_"):
            body.append(_declared(member))
    return ast.ClassDef(one.name, one.bases, [], body, [])


def _attributes(init: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.stmt]:
    """Return the attributes that a class declares or sets on itself."""
    return [
        _declared(ast.AnnAssign(ast.Name(one.target.attr), one.annotation, None, 1))
        for one in init.body
        if isinstance(one, ast.AnnAssign)
        and isinstance(one.target, ast.Attribute)
        and not one.target.attr.startswith("_")
    ]


def _declared(one: ast.AnnAssign) -> ast.AnnAssign:
    return ast.AnnAssign(one.target, one.annotation, None, 1)


def _signature(one: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.FunctionDef:
    body = [one.body[0] if ast.get_docstring(one) else ast.Expr(ast.Constant(...))]
    plain = ast.FunctionDef(one.name, one.args, body, one.decorator_list, one.returns)
    return ast.fix_missing_locations(plain)


if __name__ == "__main__":
    STUB.write_text(text())
