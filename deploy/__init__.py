"""What an operator needs: nginx, systemd, Prometheus, Grafana, and trials of them."""
