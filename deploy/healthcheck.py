"""``python -m deploy.healthcheck [URL]``: 0 if the server is ready; the container's health check."""

import sys
import urllib.error
import urllib.request


def main(url: str = "http://127.0.0.1:8000") -> int:
    """0 if ``/health/ready`` answers 200, else 1 with what is wrong."""
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=4):
            return 0
    except urllib.error.HTTPError as refused:
        print(refused.read().decode(errors="replace"))
    except OSError as problem:
        print(problem)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
