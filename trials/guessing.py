"""Trial: somebody guesses passwords, for a name that exists and for one that does not, on two servers.

Promised: both are told the same, in the same words and about as slowly, so that nobody learns who is here;
after five wrong ones not even the right password gets in, and the answer says for how long.

As a test: ``test_repeated_wrong_passwords_lock_out_for_a_while_however_the_name_is_written`` in
accounts/tests/test_signing_in.py.
"""

import time
from typing import Any

import httpx

from gameplatform.testing.processes import ServerProcess
from trials.figures import Figure, at_least, at_most, exactly, none_of, percentile, told
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import visitors
from trials.trial import Query, Trial

PASSWORD = "correct horse battery staple"
DOORS = ("/api/auth/login/", "/api/token/")


async def run(ground: Ground, history: History, *, names: int, guesses: int) -> None:
    servers = ground.start(2)
    async with visitors() as http:
        for number in range(names):
            name = f"ada{number}"
            account = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
            made = await http.post(f"{servers[0].base_url}/api/auth/register/", json=account)
            assert made.status_code == 201, made.text
            for who in (name, f"nobody{number}"):
                for guess in range(guesses):
                    await _guess(
                        history, http, servers[guess % 2], DOORS[guess // 2 % 2], who, f"wrong-{guess}"
                    )
            await _guess(history, http, servers[1], DOORS[0], name, PASSWORD)


async def _guess(
    history: History, http: httpx.AsyncClient, server: ServerProcess, door: str, name: str, password: str
) -> None:
    began = time.perf_counter()
    answer = await http.post(f"{server.base_url}{door}", json={"username": name, "password": password})
    history.seen(
        name,
        "guessed",
        right=password == PASSWORD,
        status=answer.status_code,
        answer=[answer.json().get(part) for part in ("code", "title", "detail")],
        headers=sorted(answer.headers.keys()),
        retry_after=int(answer.headers.get("retry-after", 0)),
        seconds=time.perf_counter() - began,
    )


def check(operations: list[Operation], query: Query) -> list[Figure]:
    guesses: dict[bool, list[list[dict[str, Any]]]] = {True: [], False: []}
    by_name: dict[str, list[dict[str, Any]]] = {}
    right = []
    for operation in operations:
        if operation.asked["right"]:
            right.append(operation.asked)
        else:
            by_name.setdefault(operation.who, []).append(operation.asked)
    for name, answers in by_name.items():
        guesses[name.startswith("ada")].append(answers)
    different = [
        (known, unknown)
        for theirs, nobodys in zip(guesses[True], guesses[False], strict=True)
        for known, unknown in zip(theirs, nobodys, strict=True)
        if any(known[part] != unknown[part] for part in ("status", "answer", "headers"))
    ]
    free = [sum(answer["status"] == 401 for answer in answers) for answers in by_name.values()]
    refused = {
        is_known: [a["seconds"] for answers in lists for a in answers if a["status"] == 401]
        for is_known, lists in guesses.items()
    }
    slow = {is_known: percentile(seconds, 50) for is_known, seconds in refused.items()}
    return [
        at_least("guesses", sum(map(len, by_name.values())), 10),
        none_of("answers that tell who is here", different),
        at_most("guesses free before the lockout, max", max(free), 5),
        none_of("right passwords taken during a lockout", (g for g in right if g["status"] != 429)),
        exactly("lockouts that say for how long", sum(bool(g["retry_after"]) for g in right), len(right)),
        told("ms to refuse a known name, median", slow[True] * 1000),
        told("ms to refuse an unknown name, median", slow[False] * 1000),
        at_least(
            "the quicker of the two in parts of the slower", min(slow.values()) / max(slow.values()), 0.5
        ),
    ]


TRIAL = Trial(
    "guessing",
    run,
    check,
    long={"names": 5, "guesses": 20},
    quick={"names": 1, "guesses": 8},
    fault="unknown_names_are_told",
)
