"""The REST overview for people, generated from the OpenAPI document."""

from collections import defaultdict
from typing import Any

from drf_spectacular.generators import SchemaGenerator

_INTRODUCTION = """
Every route, by the part of the platform that answers it. The form of each body, with an example, is in the
OpenAPI document: read it at `/api/docs/`, fetch it at `/api/openapi.json`.

- JSON in and out. Each route answers with and without its trailing slash.
- `Authorization: Bearer <access>` wherever 🔒 stands.
- A refusal is `application/problem+json` with a stable `code`. Any route may answer 401, 429 or 503 (the last
  two with `Retry-After`), one that takes a body 400, 413 and 422. Below are the codes that are a route's own.
- Lists that grow take `?limit=` and `?cursor=` and answer `{next, previous, results}`.
- Routes marked ↻ take an `Idempotency-Key`: sent again with the same body, the first answer is given again.
  Without a token (register, guest) that holds for who asks from the same address; choose a random key.
"""
_SAID_ABOVE = {
    "`malformed`",
    "`not_authenticated`",
    "`not_found`",
    "`too_large`",
    "`invalid`",
    "`idempotency_key_reused`",
    "`unavailable`",
}


def markdown(made_by: str) -> str:
    """Return the overview as a documentation page; ``made_by`` says how it is generated."""
    rooms: dict[str, list[str]] = defaultdict(list)
    document = SchemaGenerator().get_schema(request=None, public=True)
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            # The summary is the same for all methods of a route; show it once.
            is_first = method == next(iter(operations))
            rooms[operation["tags"][0]].append(_row(path, method.upper(), operation, is_first))
    lines = ["# REST map", "", f"<!-- {made_by} -->", _INTRODUCTION]
    for room, rows in sorted(rooms.items()):
        lines += [f"## {room}", "", "| route | does | refuses |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _row(path: str, method: str, operation: dict[str, Any], is_first: bool) -> str:
    asked = {parameter["name"] for parameter in operation.get("parameters", ())}
    marks = ("🔒" if "security" in operation else "") + ("↻" if "Idempotency-Key" in asked else "")
    refused = []
    for status, answer in sorted(operation["responses"].items()):
        codes = [code for code in answer["description"].split("; ") if code not in _SAID_ABOVE]
        if status >= "400" and codes:
            refused.append(f"{status} {', '.join(codes)}")
    does = _without_codes(operation["description"].partition("\n\n")[0].replace("\n", " "))
    if is_first and not does.startswith(operation["summary"]):
        does = f"{operation['summary']}. {does}".removesuffix(". ")
    return f"| `{method} {path}` {marks} | {does.replace('|', '')} | {'; '.join(refused)} |".replace(
        "  |", " |"
    )


def _without_codes(text: str) -> str:
    """Return the sentences about what a route does; refusals have a column of their own."""
    sentences = [sentence for sentence in text.split(". ") if not sentence[:3].isdigit()]
    return ". ".join(sentences).removesuffix(".")
