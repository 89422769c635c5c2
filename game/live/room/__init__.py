"""A room: one running game, in the memory of the worker that owns it.

``actor`` is the room itself, and the place to begin reading: what players ask, and what they are shown. It
builds on ``course``, which takes the game from the first player to the stored end. The other modules are
their parts: ``phase`` says what is allowed when, ``entries`` what is journalled and how it changes the
``table``, ``commits`` how entries become visible, ``presence`` who is connected, ``frames`` what clients see,
``deadlines`` what is due, ``ending`` how the result is stored, and ``bots`` who plays for the computer.
"""
