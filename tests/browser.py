"""A headless Chromium of Debian's with no network, spoken to through its debugging pipe.

One browser serves all pages of a test module: each opens in a tab of its own.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.debian import needed

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-extensions --disable-dev-shm-usage "
    "--enable-features=WebCryptoPQC"
).split()
"""The last: some versions have ML-DSA and do not offer it by themselves."""
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND"
WAIT_SECONDS = 60


class Page:
    """One tab."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def run(self, expression: str) -> Any:
        """Return what an expression of the page gives."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        told = self.send("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        """Return what an expression gives once it gives something."""
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            if found := self.run(expression):
                return found
            time.sleep(0.05)
        raise AssertionError(f"{expression}: nothing within {WAIT_SECONDS} s")

    def choose(self, selector: str, folder: Path) -> None:
        """Choose a folder in a file input, as a person does."""
        root = self.send("DOM.getDocument")["root"]["nodeId"]
        node = self.send("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.send("DOM.setFileInputFiles", nodeId=node, files=[str(folder)])

    def picture(self, path: Path, *, width: int, height: int) -> None:
        """Take a picture of the page at a width."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def send(self, method: str, **params: Any) -> Any:
        return self._browser.send(method, session=self._session, **params)


class Browser:
    """The browser behind its pipe: JSON, each message ended by a zero byte."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read, self._count, self._rest = write, read, 0, b""

    def open(self, file: Path, *, first: str = "") -> Page:
        """Open a file from the disk in a new tab; `first` is run there before the page's script."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        told = self.send("Target.attachToTarget", targetId=target, flatten=True)
        page = Page(self, told["sessionId"])
        page.send("Page.enable")
        page.send("Page.addScriptToEvaluateOnNewDocument", source=first)
        page.send("Page.navigate", url=file.resolve().as_uri())
        page.wait_for("location.protocol === 'file:' && document.readyState === 'complete'")
        return page

    def send(self, method: str, *, session: str = "", **params: Any) -> Any:
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._count:
                assert "error" not in told, told
                return told["result"]

    def _next(self) -> Any:
        while b"\0" not in self._rest:
            more = os.read(self._read, 1 << 16)
            assert more, "the browser has gone"
            self._rest += more
        first, _, self._rest = self._rest.partition(b"\0")
        return json.loads(first)


@contextmanager
def browsing() -> Iterator[Browser]:
    """Start Chromium without a network, and end it."""

    def found() -> Path | None:
        place = shutil.which("chromium")
        return Path(place) if place else None

    program = needed("chromium", found)
    profile = tempfile.mkdtemp(prefix="aidledger-browser-")
    to_browser, ours = os.pipe()
    theirs, from_browser = os.pipe()[::-1]
    # the browser reads its file 3 and writes its file 4
    command = f'exec "$0" "$@" 3<&{to_browser} 4>&{theirs}'
    process = subprocess.Popen(
        [
            *("bash", "-c", command, str(program)),
            *(*FLAGS, NO_NETWORK, "--remote-debugging-pipe", f"--user-data-dir={profile}"),
            "about:blank",
        ],
        pass_fds=(to_browser, theirs),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(theirs)
    browser = Browser(ours, from_browser)
    try:
        yield browser
    finally:
        browser.send("Browser.close")
        process.wait(WAIT_SECONDS)
        os.close(ours)
        os.close(from_browser)
        shutil.rmtree(profile, ignore_errors=True)
