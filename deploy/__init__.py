"""Deployment: nginx, systemd, Prometheus, Grafana, and their tests."""
