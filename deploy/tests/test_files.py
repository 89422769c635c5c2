"""The files of a deployment agree with the code and with each other."""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from deploy import healthcheck, proxy

ROOT = settings.BASE_DIR
DEPLOY = ROOT / "deploy"


def test_the_example_of_an_environment_names_every_setting():
    tree = ast.parse((ROOT / "gameplatform" / "settings.py").read_text())
    read = {
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("env", "environment")
        and isinstance(call.args[0], ast.Constant)
    }
    shown = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert len(read) > 15
    assert read <= shown
    # Those below are read by OpenTelemetry and at the start of the server.
    assert shown - read == {"OTEL_EXPORTER_OTLP_ENDPOINT", "WS"}


def test_compose_proxies_to_the_workers_it_starts_once_the_tables_are_there():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    workers = {name for name in services if name.startswith("worker-")}

    assert set(re.findall(r"server (worker-\d):8000", proxy.CONFIGURATION.read_text())) == workers
    for name in workers:
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert services[name]["depends_on"]["database"] == {"condition": "service_healthy"}
        assert services[name]["env_file"] == [{"path": ".env", "required": False}]
        assert services[name]["environment"]["DEBUG"] == "false"
    assert services["migrate"]["restart"] == "no"


def test_no_log_of_a_container_fills_the_disk():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    for service in services.values():
        assert {"max-size", "max-file"} <= service["logging"]["options"].keys()
    # The images of nginx give what is written there to Docker; Debian's nginx has it rotated.
    assert re.findall(r"access_log (\S+)", proxy.CONFIGURATION.read_text()) == ["/var/log/nginx/access.log"]


def instructions():
    """The Dockerfile's instructions: their names and arguments."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    return [line.partition(" ")[::2] for line in text.replace("\\\n", " ").splitlines() if line]


def test_the_image_is_not_run_by_root_and_copies_what_there_is():
    lines = instructions()
    names = [name for name, _ in lines]

    assert names.index("USER") < names.index("CMD")
    assert dict(lines)["USER"] == "gameplatform"
    for name, arguments in lines:
        if name == "COPY" and "--from" not in arguments:
            *sources, _ = [part for part in shlex.split(arguments) if not part.startswith("--")]
            assert all((ROOT / source).exists() for source in sources)


def test_the_image_holds_the_static_files_of_apps_of_ones_own():
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    lines = instructions()
    (collected,) = [number for number, (_, text) in enumerate(lines) if "collectstatic" in text]

    assert ("ARG", "EXTRA_APPS") in lines[:collected]
    for name in ("migrate", "worker-1", "worker-2"):
        assert services[name]["build"]["args"] == {"EXTRA_APPS": "${EXTRA_APPS:-}"}


def test_the_image_s_steps_work_and_what_it_runs_answers_its_health_check(live_server_process, tmp_path):
    (static,) = [text for name, text in instructions() if name == "RUN" and "collectstatic" in text]
    command = static.replace("--no-input", "--no-input --dry-run").replace("python ", f"{sys.executable} ", 1)
    environment = {**os.environ, "DEBUG": "false", "DJANGO_SETTINGS_MODULE": "gameplatform.settings"}
    subprocess.run(command, shell=True, cwd=ROOT, env=environment, check=True, capture_output=True)

    production = {"DEBUG": "false", "SECRET_KEY": "of-a-test-that-listens-on-loopback-alone"}
    with live_server_process(ALLOWED_HOSTS="localhost", **production) as server:
        assert healthcheck.main(server.base_url) == 0
        base_url = server.base_url
    assert healthcheck.main(base_url) == 1


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="There is no systemd here.")
def test_systemd_understands_the_units(tmp_path):
    for unit in sorted((DEPLOY / "systemd").glob("*.service")):
        text = re.sub(r"^(ExecStart=)\S+", rf"\1{sys.executable}", unit.read_text(), flags=re.MULTILINE)
        text = text.replace("%i", "8001").replace("User=gameplatform", "")
        copy = tmp_path / unit.name.replace("@", "")
        copy.write_text(text)
        checked = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
        )
        assert copy.name not in checked.stderr


def test_the_dashboard_and_the_runbook_name_figures_that_there_are():
    dashboard = json.loads((DEPLOY / "grafana" / "gameplatform.json").read_text())
    asked = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    sources = " ".join(path.read_text() for path in Path(ROOT).glob("*/**/*.py") if "tests" not in path.parts)
    alarms = (ROOT / "docs" / "deployment.md").read_text().partition("Worth an alarm")[2].partition("## ")[0]
    figures = r"\b(?:realtime|game|matchmaking|database|http|process)_\w+"
    names = set(re.findall(figures, asked + alarms)) | {"workers"}

    assert len(set(re.findall(figures, alarms))) > 5
    assert len(names) > 12
    for name in names:
        known = (
            name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count").removesuffix("_total")
        )
        assert f'"{known}' in sources or known.startswith("process_"), name
