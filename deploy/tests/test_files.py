"""Deployment files are consistent with the code and with each other."""

import ast
import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy import healthcheck, proxy
from gameplatform.testing.processes import ServerProcess
from tests import programs

ROOT = settings.BASE_DIR
DEPLOY = ROOT / "deploy"
NO_PROMTOOL = "There is no promtool for the test of the alarms: install it (apt-get install prometheus)."


def test_the_example_of_an_environment_names_every_setting() -> None:
    read = {
        name
        for module in ("settings.py", "environment.py")
        for call in ast.walk(ast.parse((ROOT / "gameplatform" / module).read_text()))
        if isinstance(call, ast.Call)
        for name in re.findall(r"^(?:environment\.)?[a-z_]+\(['\"]([A-Z][A-Z_]+)['\"]", ast.unparse(call))
    }
    shown = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert len(read) > 15
    assert read <= shown
    # Each provider in PROVIDERS has settings of its own.
    others = {name for name in shown - read if not name.startswith("PROVIDER_")}
    # The following are read by OpenTelemetry and at the start of the server.
    assert others == {"OTEL_EXPORTER_OTLP_ENDPOINT", "WS"}


def test_compose_proxies_to_the_workers_it_starts_once_the_tables_are_there() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    workers = {name for name in services if name.startswith("worker-")}

    assert set(re.findall(r"server (worker-\d):8000", proxy.CONFIGURATION.read_text())) == workers
    for name in workers:
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[name]["depends_on"]["database"] == {"condition": "service_healthy"}
        assert services[name]["env_file"] == [{"path": ".env", "required": False}]
        assert services[name]["environment"]["DEBUG"] == "false"
    assert services["migrate"]["restart"] == "no"


def test_no_log_of_a_container_fills_the_disk() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for service in services.values():
        assert {"max-size", "max-file"} <= service["logging"]["options"].keys()
    # The images of nginx give what is written there to Docker; Debian's nginx has it rotated.
    assert re.findall(r"access_log (\S+)", proxy.CONFIGURATION.read_text()) == ["/var/log/nginx/access.log"]


def instructions(path: str = "Dockerfile") -> list[tuple[str, str]]:
    """The Dockerfile's instructions: names and arguments."""
    text = re.sub(r"^#.*\n", "", (ROOT / path).read_text(), flags=re.MULTILINE)
    return [line.partition(" ")[::2] for line in text.replace("\\\n", " ").splitlines() if line]


def test_the_image_is_not_run_by_root_and_copies_what_there_is() -> None:
    lines = instructions()
    names = [name for name, _ in lines]

    assert names.index("USER") < names.index("CMD")
    assert dict(lines)["USER"] == "gameplatform"
    for name, arguments in lines:
        if name == "COPY" and "--from" not in arguments:
            *sources, _ = [part for part in shlex.split(arguments) if not part.startswith("--")]
            assert all((ROOT / source).exists() for source in sources)


@pytest.mark.parametrize("path", ["examples/studio/Dockerfile", "gameplatform/new_studio/Dockerfile.txt"])
def test_a_studio_s_image_stands_on_ours_and_its_user_may_write_there(path: str) -> None:
    *page, final = (part.splitlines() for part in "\n".join(map(" ".join, instructions(path))).split("FROM "))

    targets = [arguments for name, arguments in instructions() if name == "FROM"]
    assert any(target.endswith(" AS page") for target in targets)
    assert [stage[0] for stage in page[1:]] == ["gameplatform:page AS page"]
    assert final[0] == "gameplatform"
    assert {line.split()[1] for line in final if line.startswith("COPY")} == {"--chown=gameplatform"}
    assert not any(line.startswith("USER") for line in final)


def test_the_image_holds_the_static_files_of_apps_of_ones_own() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    lines = instructions()
    (collected,) = [number for number, (_, text) in enumerate(lines) if "collectstatic" in text]

    assert ("ARG", "EXTRA_APPS") in lines[:collected]
    for name in ("migrate", "worker-1", "worker-2"):
        assert services[name]["build"]["args"]["EXTRA_APPS"] == "${EXTRA_APPS:-}"


def test_what_an_image_s_settings_may_ask_for_is_installed_in_it() -> None:
    (installed,) = [text for name, text in instructions() if "--requirement requirements.txt" in text]
    assert "--requirement requirements-observability.txt" in installed
    assert ("ARG", "OBSERVABILITY=true") in instructions()


def locked() -> Any:
    """The versions in requirements.lock, and those that have a hash."""
    text = (ROOT / "requirements.lock").read_text()
    found = re.findall(r"^(\S+)==(\S+)[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(found) == len(re.findall(r"^\S+==", text, re.MULTILINE))
    return {canonicalize_name(name): version for name, version in found}


def test_the_image_installs_only_packages_with_a_known_hash() -> None:
    lines = instructions()
    (download,) = [text for _, text in lines if "pip download" in text]
    offline, stages = set(), set()
    for name, text in lines:
        if name == "FROM":
            base, _, stage = text.partition(" AS ")
            stages.add(stage)
            if base in offline:
                offline.add(stage)
        elif name == "ENV" and "PIP_NO_INDEX=1" in text:
            offline.add(stage)
        elif "pip install" in text:
            assert stage in offline

    assert {"--require-hashes", "--no-deps"} <= set(download.split())
    assert stages - offline == {"wheels", ""}


def test_the_hashes_are_of_the_versions_that_the_tests_pass_with() -> None:
    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines()[1:])
    pinned = {canonicalize_name(name): version for name, version in pinned.items()}
    missing = set()
    wanted = [
        Requirement(line)
        for name in (
            "requirements.txt",
            *(f"requirements-{kind}.txt" for kind in ("observability", "compile", "page")),
        )
        for line in (ROOT / name).read_text().splitlines()
        if line and not line.startswith(("#", "-r"))
    ]
    seen = set()
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            if name not in locked():
                missing.add(name)
                continue
            further = [Requirement(text) for text in metadata.requires(name) or []]
            wanted += [one for one in further if one.marker is None or one.marker.evaluate({"extra": extra})]

    assert not missing
    differing = {name for name, version in locked().items() if pinned.get(name, version) != version}
    assert not differing


def test_containers_have_no_rights_they_do_not_need_and_no_password_that_everybody_knows() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for service in yaml.safe_load(text)["services"].values():
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert "no-new-privileges:true" in service["security_opt"]
    for password in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        assert re.search(rf"\${{{password}:\?", text)
        assert not re.search(rf"\${{{password}(:-|}})", text)


def test_the_container_s_health_check_asks_whether_it_lives_not_whether_its_stores_do() -> None:
    (check,) = [text for name, text in instructions() if name == "HEALTHCHECK"]
    assert json.loads(check[check.index("[") :]) == ["python", "-m", "deploy.healthcheck", "--live"]


def test_the_image_s_steps_work_and_what_it_runs_answers_its_health_check(
    live_server_process: Callable[..., contextlib.AbstractContextManager[ServerProcess]], tmp_path: Path
) -> None:
    (static,) = [text for name, text in instructions() if name == "RUN" and "collectstatic" in text]
    command = static.replace("--no-input", "--no-input --dry-run").replace("python ", f"{sys.executable} ", 1)
    environment = {**os.environ, "DEBUG": "false", "DJANGO_SETTINGS_MODULE": "gameplatform.settings"}
    subprocess.run(command, shell=True, cwd=ROOT, env=environment, check=True, capture_output=True)

    production = {"DEBUG": "false", "SECRET_KEY": "of-a-test-that-listens-on-loopback-alone"}
    with live_server_process(ALLOWED_HOSTS="localhost", **production) as server:
        assert healthcheck.main(server.base_url) == 0
        assert healthcheck.main("--live", server.base_url) == 0
        base_url = server.base_url
    assert healthcheck.main(base_url) == 1
    assert healthcheck.main("--live", base_url) == 1


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="There is no systemd here.")
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in sorted((DEPLOY / "systemd").iterdir()):
        text = re.sub(r"^(ExecStart=)/srv\S+", rf"\1{sys.executable}", unit.read_text(), flags=re.MULTILINE)
        text = text.replace("%i", "8001").replace("User=gameplatform", "")
        copy = tmp_path / unit.name.replace("@", "")
        copy.write_text(text)
    for copy in sorted(tmp_path.iterdir()):
        checked = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
        )
        assert copy.name not in checked.stderr
        if copy.suffix == ".service":
            exposed = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(copy)]
            assert subprocess.run(exposed, capture_output=True, check=False).returncode == 0


def test_the_alarms_go_off_when_they_should_and_only_then() -> None:
    tool = programs.promtool()
    if tool is None:
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(NO_PROMTOOL)
        pytest.skip(NO_PROMTOOL)
    for command in (["check", "config", "prometheus.yml"], ["test", "rules", "gameplatform.tests.yml"]):
        checked = subprocess.run(
            [tool, *command], cwd=DEPLOY / "prometheus", capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_prometheus_asks_every_worker_that_nginx_leads_to() -> None:
    scraped = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    targets = [target for job in scraped for config in job["static_configs"] for target in config["targets"]]
    assert set(targets) == set(re.findall(r"server (worker-\d:8000)", proxy.CONFIGURATION.read_text()))
    assert scraped[0]["params"] == {"own": ["1"]}


def test_the_dashboard_and_the_alarms_name_figures_that_there_are() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "gameplatform.json").read_text())
    asked = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    rules = yaml.safe_load((DEPLOY / "prometheus" / "gameplatform.rules.yml").read_text())["groups"]
    alarms = " ".join(rule["expr"] for group in rules for rule in group["rules"])
    recorded = {rule["record"] for group in rules for rule in group["rules"] if "record" in rule}
    sources = " ".join(path.read_text() for path in Path(ROOT).glob("*/**/*.py") if "tests" not in path.parts)
    figures = r"(?<!:)\b(?:realtime|game|matchmaking|database|http|health|redis|logged|process)_\w+(?!:)"
    names = set(re.findall(figures, asked + alarms)) | {"workers"}

    assert set(re.findall(r"gameplatform:\w+:\w+", asked + alarms)) <= recorded
    assert len(names) > 20
    for name in names:
        known = (
            name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count").removesuffix("_total")
        )
        assert f'"{known}' in sources or known.startswith("process_"), name


def test_the_runbook_says_what_each_alarm_means() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "gameplatform.rules.yml").read_text())["groups"]
    alarms = {rule["alert"] for group in rules for rule in group["rules"] if "alert" in rule}
    runbook = (ROOT / "docs" / "deployment.md").read_text()
    assert {name for name in alarms if f"| `{name}` |" not in runbook} == set()
