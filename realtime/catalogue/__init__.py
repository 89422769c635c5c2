"""The message catalogue: the commands and events of each socket, generated from the code."""
