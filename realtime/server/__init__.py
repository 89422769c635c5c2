"""The server's protocols: WebSocket and HTTP for uvicorn, and the bridge to Django's views."""
