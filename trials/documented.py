"""Trial: requests made up from the OpenAPI document, right and wrong, for every operation in it.

Promised: no input makes the server fail, and every answer is one that the document names, in its form.

As a test: ``test_any_json_at_any_route_is_answered_or_refused`` in
accounts/tests/test_bad_input.py.
"""

import asyncio
import os
import sys
import xml.etree.ElementTree as ElementTree

from gameplatform.testing.processes import ROOT
from trials.figures import Figure, at_least, none_of
from trials.ground import Ground
from trials.history import History, Operation
from trials.people import crowd, visitors
from trials.trial import Query, Trial

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
# Operations that would end the session used by all other requests.
LEFT_OUT = "logout|^/api/me"


async def run(ground: Ground, history: History, *, examples: int) -> None:
    ground.manage("seed_demo")
    [server] = ground.start(1)
    async with visitors() as http:
        [person] = await crowd(1, http, [server])
        document = (await http.get(f"{server.base_url}/api/openapi.json")).json()
    operations = sum(method in METHODS for path in document["paths"].values() for method in path)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.base_url}/api/openapi.json"),
        *("--header", f"Authorization: Bearer {person.token}"),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", str(examples), "--exclude-path-regex", LEFT_OUT, "--continue-on-failure"),
        *("--suppress-health-check", "all", "--generation-database", "none", "--no-color"),
        *("--report", "junit", "--report-dir", str(ground.folder)),
        cwd=ground.folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    [report] = ground.folder.glob("junit*.xml")
    failures = [
        f"{case.get('name')}: {problem.get('message')} {problem.text}"[:2000]
        for case in ElementTree.parse(report).getroot().iter("testcase")
        for problem in [*case.iter("failure"), *case.iter("error")]
    ]
    history.seen(
        "schemathesis", "ran", operations=operations, failures=failures, said=output.decode()[-4000:]
    )


METHODS = {"get", "post", "put", "patch", "delete"}


def check(operations: list[Operation], query: Query) -> list[Figure]:
    [ran] = [operation.asked for operation in operations if operation.name == "ran"]
    return [
        at_least("operations in the document", ran["operations"], 50),
        none_of("operations that fail, or answer otherwise than documented", ran["failures"]),
    ]


TRIAL = Trial(
    "documented", run, check, long={"examples": 100}, quick={"examples": 3}, fault="answers_are_bare"
)
