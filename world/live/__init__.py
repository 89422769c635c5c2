"""What this worker holds in memory of the shared world: its sockets, and where everybody is."""
