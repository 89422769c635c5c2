"""The Helm chart renders to manifests that Kubernetes accepts, with the shipped nginx configuration."""

from typing import Any

import helm_python as helm
import kubernetes_validate
import pytest
import yaml
from django.conf import settings

CHART = settings.BASE_DIR / "deploy" / "helm" / "gameplatform"
KUBERNETES = "1.34"
VALUES = {
    "image": {"repository": "registry.example/gameplatform", "tag": "1.0.0"},
    "secretName": "gameplatform",
    "settings": {"ALLOWED_HOSTS": "play.example.com"},
}
EVERYTHING = VALUES | {
    "imagePullSecrets": [{"name": "registry"}],
    "autoscaling": {"enabled": True},
    "ingress": {"enabled": True, "className": "nginx", "host": "play.example.com", "tlsSecretName": "tls"},
}


def rendered(values: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """The manifests, by kind and name."""
    with helm.Chart.load(CHART) as chart:
        files = chart.render(values, name="one", namespace="games")
    manifests = [
        each for name, text in files.items() if name.endswith(".yaml") for each in yaml.safe_load_all(text)
    ]
    return {(each["kind"], each["metadata"]["name"]): each for each in manifests if each}


@pytest.mark.parametrize("values", [VALUES, EVERYTHING])
def test_each_manifest_fits_the_schema_of_kubernetes(values: dict[str, Any]) -> None:
    assert helm.lint(CHART, values, strict=True)["errors"] == []
    for manifest in rendered(values).values():
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


@pytest.mark.parametrize("missing", ["image", "secretName", "settings"])
def test_a_release_without_what_it_needs_is_refused(missing: str) -> None:
    with pytest.raises(helm.HelmValuesError, match=missing):
        rendered({name: value for name, value in VALUES.items() if name != missing})


def test_workers_have_stable_names_and_are_drained_one_at_a_time() -> None:
    manifests = rendered(VALUES)
    workers = manifests["StatefulSet", "one-worker"]["spec"]
    pod = workers["template"]["spec"]

    assert workers["serviceName"] == "one-workers"
    assert manifests["Service", "one-workers"]["spec"]["clusterIP"] == "None"
    assert manifests["PodDisruptionBudget", "one-worker"]["spec"]["maxUnavailable"] == 1
    # A worker hands over its rooms within 20 s after SIGTERM, which follows the wait before it.
    assert pod["terminationGracePeriodSeconds"] >= 20 + 3
    assert pod["containers"][0]["livenessProbe"]["httpGet"]["path"] == "/health/live"


def test_nginx_has_the_shipped_configuration_with_the_workers_of_the_cluster() -> None:
    shipped = (settings.BASE_DIR / "deploy/nginx/gameplatform.conf").read_text()
    served = rendered(VALUES)["ConfigMap", "one-nginx"]["data"]["default.conf"]

    assert served.count("server one-workers.games.svc.cluster.local:8000 resolve ") == 2
    assert "worker-1" not in served
    assert "worker-2" not in served
    for location in ("location /metrics", "location @quick", "location = /probe", "hash $place consistent"):
        assert location in shipped
        assert location in served


def test_addresses_are_believed_from_the_ingress_only() -> None:
    trusted = VALUES | {"nginx": {"trustedNetworks": ["10.0.0.0/16"]}}
    served = rendered(trusted)["ConfigMap", "one-nginx"]["data"]["real_ip.conf"]
    assert served.splitlines() == [
        *("set_real_ip_from 10.0.0.0/16;", "real_ip_header X-Forwarded-For;", "real_ip_recursive on;")
    ]
    assert "set_real_ip_from" not in rendered(VALUES)["ConfigMap", "one-nginx"]["data"]["real_ip.conf"]


def test_no_secret_is_in_a_manifest() -> None:
    manifests = rendered(EVERYTHING)
    assert not any(kind == "Secret" for kind, _ in manifests)
    for kind, name in (("StatefulSet", "one-worker"), ("Job", "one-migrate-1")):
        (container,) = manifests[kind, name]["spec"]["template"]["spec"]["containers"]
        assert container["envFrom"] == [{"secretRef": {"name": "gameplatform"}}]
        assert {each["name"] for each in container["env"]} == {
            "DEBUG",
            "FORWARDED_ALLOW_IPS",
            "ALLOWED_HOSTS",
        }


def test_the_database_is_migrated_before_workers_of_a_new_version_start() -> None:
    job = rendered(VALUES)["Job", "one-migrate-1"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert job["spec"]["template"]["spec"]["containers"][0]["command"] == [
        *("python", "manage.py", "migrate", "--no-input")
    ]


def test_workers_are_added_for_sockets_late_ticks_and_load_and_removed_slowly() -> None:
    manifests = rendered(EVERYTHING)
    autoscaler = manifests["HorizontalPodAutoscaler", "one-worker"]["spec"]

    assert [each.get("pods", {}).get("metric", {}).get("name") for each in autoscaler["metrics"]] == [
        *(None, "realtime_sockets_open", "realtime_tick_lag_seconds_p99")
    ]
    assert autoscaler["behavior"]["scaleDown"]["policies"] == [
        {"type": "Pods", "value": 1, "periodSeconds": 120}
    ]
    # Otherwise each upgrade would undo what the autoscaler has done.
    assert "replicas" not in manifests["StatefulSet", "one-worker"]["spec"]


def test_only_nginx_and_prometheus_reach_the_workers() -> None:
    policy = rendered(VALUES)["NetworkPolicy", "one-worker"]["spec"]
    ((rule),) = policy["ingress"]
    pods, metrics = rule["from"]
    assert pods["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "nginx"
    assert metrics["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "monitoring"}
    assert policy["policyTypes"] == ["Ingress", "Egress"]
