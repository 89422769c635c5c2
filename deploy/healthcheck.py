"""``python -m deploy.healthcheck [--live] [URL]``: 0 if the server is ready, or at least alive.

The container's health check asks for the latter: to end a worker for what it waits for would help nobody.
"""

import argparse
import sys
import urllib.error
import urllib.request


def main(*arguments: str) -> int:
    """0 if ``/health/ready``, or with ``--live`` ``/health/live``, answers 200, else 1 with what is wrong."""
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
