"""A real Chromium with its network cut, which keeps an account of all that a page asks for and complains of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.bundles import PHRASE

SECONDS = 60_000
"""Long after which something hangs: no page is measured here."""


class Visit:
    """A page that was opened from a file."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.asked: list[str] = []
        self.failed: list[tuple[str, str]] = []
        self.said: list[str] = []
        page.set_default_timeout(SECONDS)
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("requestfailed", lambda request: self.failed.append((request.url, str(request.failure))))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", lambda dialog: self.said.append(dialog.message))
        page.on("popup", lambda _: self.said.append("another page was opened"))
        self.address = path.as_uri()
        page.goto(self.address)

    def open(self, phrase: str = PHRASE) -> "Visit":
        """Type the passphrase and wait for what comes of it."""
        self.page.fill("#passphrase", phrase)
        self.page.press("#passphrase", "Enter")
        self.page.wait_for_selector("#opened:not([hidden]), #wrong .trouble")
        return self

    def trouble(self) -> str:
        """Give the words of what is wrong."""
        return self.page.inner_text(".trouble")

    def texts(self, selector: str) -> list[str]:
        """Give the text of each element, to the byte."""
        return self.page.eval_on_selector_all(selector, "all => all.map(one => one.textContent)")

    def quiet(self) -> bool:
        """Tell that nothing was asked for but the page and what it made itself, and nothing complained of."""
        own = [one for one in self.asked if one != self.address and not one.startswith("blob:")]
        assert (own, self.said) == ([], [])
        return True


@pytest.fixture(scope="session")
def browser(tool) -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=tool("chromium"),
            # What would ask the network finds no name and no proxy there, whatever the page's own rules are.
            args=["--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Open a file in a fresh profile: ``visit(path)``, options as those of a browser context."""
    contexts = []

    def opened(path: Path, **options) -> Visit:
        context = browser.new_context(offline=True, **{"locale": "en-GB", **options})
        contexts.append(context)
        return Visit(context.new_page(), path)

    yield opened
    for context in contexts:
        context.close()
