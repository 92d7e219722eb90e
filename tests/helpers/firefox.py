"""A real Firefox for the tests of pages, driven by its own remote protocol (Marionette)."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

COMMANDS = ("firefox", "firefox-esr")
PREFERENCES: dict[str, Any] = {
    "marionette.port": 0,
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.manage-offline-status": False,
    "remote.prefs.recommended": True,
    "toolkit.telemetry.server": "",
    "ui.prefersReducedMotion": 1,
}
START_S = 300
# Requests of pages, not those of the browser itself, and what the browser complains of.
LISTEN = """
globalThis.pageRequests = [];
globalThis.pageComplaints = [];
Services.obs.addObserver({ observe(subject) {
  const channel = subject.QueryInterface(Ci.nsIChannel);
  if (channel.loadInfo?.browsingContextID) pageRequests.push(channel.URI.spec);
} }, "http-on-opening-request");
Services.console.registerListener({ observe(message) {
  if (!(message instanceof Ci.nsIScriptError)) return;
  if (message.sourceName.startsWith("file:") || message.category.includes("CSP")) {
    pageComplaints.push(message.errorMessage);
  }
} });
"""
SIZE = """
const browser = Services.wm.getMostRecentWindow("navigator:browser").gBrowser.selectedBrowser;
browser.style.maxWidth = browser.style.minWidth = `${arguments[0]}px`;
const tall = arguments[1] ? `${arguments[1]}px` : "";
browser.style.maxHeight = browser.style.minHeight = tall;
"""
FITS = "return innerWidth === arguments[0] && [innerHeight, null].includes(arguments[1]);"


class Firefox:
    """A running Firefox: pages opened, scripts run in them, and what they asked for."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=START_S)
        self._file = self._socket.makefile("rb")
        self._receive()
        self._next = 0
        self._ask("WebDriver:NewSession", {})
        self._chrome(LISTEN)

    def open(self, file: Path, width: int, height: int | None = None) -> None:
        """Open a file in a page so many pixels wide and perhaps high, with nothing heard yet."""
        self._chrome("pageRequests.length = pageComplaints.length = 0;")
        self._chrome(SIZE, width, height)
        self._ask("WebDriver:Navigate", {"url": file.resolve().as_uri()})
        # The page learns of its size after the window does.
        until = time.monotonic() + START_S
        while self.run(FITS, width, height) is False:
            assert time.monotonic() < until, f"the page is not {width} pixels wide"
            time.sleep(0.02)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page and give what it returns."""
        body = {"script": script, "args": list(arguments)}
        return self._ask("WebDriver:ExecuteScript", body)["value"]

    def heard(self) -> tuple[list[str], list[str]]:
        """Requests of the page, and complaints about it."""
        requests, complaints = self._chrome("return [pageRequests, pageComplaints];")
        return requests, complaints

    def wait_to_hear(self, complaint: str) -> None:
        """Wait for a complaint: it comes from the page's own process."""
        until = time.monotonic() + START_S
        while not any(complaint in heard for heard in self.heard()[1]):
            assert time.monotonic() < until, f"not heard: {complaint}"
            time.sleep(0.02)

    def close(self) -> None:
        """Ask it to quit."""
        self._ask("Marionette:Quit", {"flags": ["eForceQuit"]})
        self._file.close()
        self._socket.close()

    def _chrome(self, script: str, *arguments: Any) -> Any:
        self._ask("Marionette:SetContext", {"value": "chrome"})
        body = {"script": script, "args": list(arguments), "sandbox": "system"}
        value = self._ask("WebDriver:ExecuteScript", body)["value"]
        self._ask("Marionette:SetContext", {"value": "content"})
        return value

    def _ask(self, name: str, body: dict[str, Any]) -> Any:
        self._next += 1
        message = json.dumps([0, self._next, name, body]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, number, fault, result = self._receive()
        assert number == self._next
        assert fault is None, f"{name}: {fault}"
        return result

    def _receive(self) -> Any:
        length = b""
        while (digit := self._file.read(1)) != b":":
            length += digit
        return json.loads(self._file.read(int(length)))


def command() -> str | None:
    """Path of a Firefox on this machine, or none."""
    return next((path for path in map(shutil.which, COMMANDS) if path), None)


@contextmanager
def running(path: str, profile: Path) -> Iterator[Firefox]:
    """Start a Firefox with an empty profile and no window, and end it."""
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    arguments = [path, "--headless", "--marionette", "--no-remote"]
    arguments += ["--remote-allow-system-access", "--profile", str(profile)]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as own:
        try:
            driven = Firefox(_port(profile / "MarionetteActivePort", own))
            yield driven
            driven.close()
        finally:
            own.kill()


def _port(file: Path, own: subprocess.Popen[bytes]) -> int:
    until = time.monotonic() + START_S
    while time.monotonic() < until and own.poll() is None:
        if file.exists() and (text := file.read_text()):
            return int(text)
        time.sleep(0.05)
    raise TimeoutError("Firefox did not start")
