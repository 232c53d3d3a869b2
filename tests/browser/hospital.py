"""The sign-in of a hospital: a real OpenID Connect provider in a process of its own."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from scripts.benchmarks.ports import free_port
from tests.browser.server_process import START_WITHIN_S

# Whom the hospital knows, by the provider's subject, with what it says of each.
PEOPLE = {
    "s-1001": {"preferred_username": "n.amara", "name": "Amara Obi"},
    "s-1002": {"preferred_username": "x.visitor", "name": "Xaver Visitor"},
}


class Hospital:
    """``python -m oidc_provider_mock`` on loopback; each dashboard registers with it first."""

    def __init__(self, log: Path) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it tells of itself."""
        known = [json.dumps({"sub": subject, **claims}) for subject, claims in PEOPLE.items()]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "oidc_provider_mock", "--port", str(self._port)),
                    *("--require-registration", "true", "--require-nonce", "true"),
                    *(part for claims in known for part in ("--user-claims", claims)),
                ],
                env={**os.environ, "NO_COLOR": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        give_up_at = time.monotonic() + START_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"The provider did not start:\n{self._log.read_text()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(timeout=15)

    def secrets_for(self, dashboard_url: str) -> str:
        """Register a dashboard; what has to stand in its ``secrets.toml``."""
        redirect_uri = f"{dashboard_url}/oauth2callback"
        request = urllib.request.Request(
            f"{self.url}/oauth2/clients",
            data=json.dumps({"redirect_uris": [redirect_uri]}).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            client = json.load(response)
        return (
            "[auth]\n"
            f'redirect_uri = "{redirect_uri}"\n'
            'cookie_secret = "a secret of the tests, forty characters long"\n'
            f'client_id = "{client["client_id"]}"\n'
            f'client_secret = "{client["client_secret"]}"\n'
            f'server_metadata_url = "{self.url}/.well-known/openid-configuration"\n'
        )

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(
                f"{self.url}/.well-known/openid-configuration", timeout=2
            ) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False
