"""``python -m deploy.healthcheck [--live] [URL]``: exits with 0 if the server is ready, or at least alive.

The container's health check uses ``--live``: restarting a worker that waits for a store would not help.
"""

import argparse
import sys
import urllib.error
import urllib.request


def main(*arguments: str) -> int:
    """Return 0 if ``/health/ready`` (``--live``: ``/health/live``) answers 200, else print why; return 1."""
    parser = argparse.ArgumentParser(prog="python -m deploy.healthcheck")
    parser.add_argument("--live", action="store_true")
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8000")
    options = parser.parse_args(arguments)
    try:
        with urllib.request.urlopen(f"{options.url}/health/{'live' if options.live else 'ready'}", timeout=4):
            return 0
    except urllib.error.HTTPError as refused:
        print(refused.read().decode(errors="replace"))
    except OSError as problem:
        print(problem)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
