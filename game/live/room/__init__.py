"""A room: one running game, in the memory of the worker that owns it.

``actor`` is the room itself, and the place to begin reading. The other modules are its parts: ``phase`` says
what is allowed when, ``entries`` what is journalled and how it changes the ``table``, ``commits`` how entries
become visible, ``frames`` what clients see, ``deadlines`` what is due, ``ending`` how the result is stored,
and ``bots`` who plays for the computer.
"""
