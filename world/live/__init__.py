"""The shared world in this worker's memory: its sockets and everybody's position."""
