"""The message catalogue as an AsyncAPI 3.0 document."""

import re

from django.conf import settings

from realtime.catalogue.conventions import CLOSE_CODES, EVERY_SOCKET
from realtime.catalogue.sockets import Description, Schema, Socket, components, sockets
from realtime.wire.messages import Command, Reply


def document(host: str = "localhost:8000", protocol: str = "ws") -> Schema:
    """Return the AsyncAPI 3.0 document for a server at ``host``, over ``ws`` or ``wss``."""
    channels: Schema = {}
    operations: Schema = {}
    all_described: list[Description] = []
    for socket in sockets():
        taken, told = socket.commands, socket.messages
        all_described += taken + told
        for number, path in enumerate(socket.paths, 1):
            name = socket.name if number == 1 else f"{socket.name}{number}"
            channels[name] = _channel(socket, path, taken, told)
            for action, described in (("receive", taken), ("send", told)):
                ways = [{"$ref": f"#/channels/{name}/messages/{_key(one)}"} for one in described]
                operations[f"{action}{name}"] = {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{name}"},
                    "messages": ways,
                }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Game platform",
            "version": settings.PROTOCOL_VERSION,
            "description": "\n\n".join(EVERY_SOCKET),
            "x-close-codes": [
                {"code": one.value, "meaning": one.meaning, "reconnect": one.reconnect} for one in CLOSE_CODES
            ],
        },
        "defaultContentType": "application/json",
        "servers": {
            "this": {
                "host": host,
                "protocol": protocol,
                "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in _SECURITY],
            }
        },
        "channels": channels,
        "operations": operations,
        "components": {"schemas": components(all_described), "securitySchemes": _SECURITY},
    }


_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "subprotocol": {
        "type": "httpApiKey",
        "name": "Sec-WebSocket-Protocol",
        "in": "header",
        "description": "`bearer, <token>`",
    },
    "ticket": {
        "type": "httpApiKey",
        "name": "ticket",
        "in": "query",
        "description": "Single use, from `POST /api/auth/ticket/`",
    },
    "token": {"type": "httpApiKey", "name": "token", "in": "query"},
}


def _channel(socket: Socket, path: str, taken: list[Description], told: list[Description]) -> Schema:
    query = {
        "type": "object",
        "properties": {
            "since": {
                "type": "integer",
                "minimum": 0,
                "description": "The last `seq` heard: resume after it",
            },
            "v": {"type": "string", "description": "The protocol version that the client speaks"},
        },
    }
    return {
        "address": path,
        "description": socket.text,
        "parameters": {name: {} for name in re.findall(r"{(\w+)}", path)},
        "messages": {_key(one): _message(one) for one in taken + told},
        "bindings": {"ws": {"query": query, "bindingVersion": "0.1.0"}},
    }


def _key(described: Description) -> str:
    """Return a unique key: a socket may send and receive messages of the same type."""
    return described.type if not issubclass(described.kind, Command) else f"{described.type}.command"


def _message(described: Description) -> Schema:
    message = {"name": described.type, "summary": described.text, "payload": described.schema()}
    for kind, location in ((Command, "id"), (Reply, "ref")):
        if issubclass(described.kind, kind):
            message["correlationId"] = {"location": f"$message.payload#/{location}"}
    return message
