"""The server's edge: the WebSocket and HTTP protocols that uvicorn runs, and the bridge to Django's views."""
