"""A real browser for the page that verifies draws, and the page open in it.

`browser`      one headless Chromium for all tests of a file; absent, they are skipped aloud, and
               fail where CI=true. DAYLIGHT_CHROMIUM names another than the system's.
`opened`       the page, fresh; after the test, nothing may have gone out or gone wrong.
`workerless`   the same in a browser that starts no workers.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from scripts.verify_page import PAGE

CHROMIUM = os.environ.get("DAYLIGHT_CHROMIUM") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip

# Judges files in the page itself and writes every sentence in both languages.
JUDGE_ALL = """
(cases) => cases.map(({ bundle, trust, auditor }) => {
  const decoded = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const bytes = (text) => text === null ? null : decoded(text);
  const report = module_judge.judge(bytes(bundle), bytes(trust), bytes(auditor));
  const words = report.steps.flatMap((step) => [step.words, ...step.doubts]).filter((one) => one);
  const said = (language) =>
    [...words, ...report.notes].map((one) => module_words.sentence(one, language));
  return {
    verdict: report.verdict, exit: report.exit, demo: report.demo,
    steps: report.steps.map(({ step, outcome }) => [step, outcome]),
    en: said("en"), zh: said("zh"),
  };
})
"""


@pytest.fixture(scope="module")
def browser():
    """One headless Chromium for all tests of this file."""
    if not Path(CHROMIUM).is_file():
        message = (
            f"NOT CHECKED: the page in a browser, for there is no {CHROMIUM} (Debian: chromium)"
        )
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Opened:
    """The page, open, with all that it asked for, said and got wrong."""

    def __init__(self, context, page) -> None:
        self.context, self.page = context, page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.workers: list[str] = []
        context.route("**/*", self._let)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("worker", lambda worker: self.workers.append(worker.url))

    def _let(self, route) -> None:
        self.requests.append(route.request.url)
        route.continue_()

    def choose(self, **files) -> None:
        for field, content in files.items():
            given = {"name": f"{field}.json", "mimeType": "application/json", "buffer": content}
            self.page.set_input_files(f"#{field}", given)

    def verify(self) -> str:
        """Press the button and return what the report says."""
        self.page.click("#verify")
        self.page.wait_for_selector("#verdict:not([hidden])", timeout=60_000)
        return self.page.inner_text("#report")

    def judge(self, cases):
        """Judge (bundle, trust, auditor) triples of bytes in one go."""
        coded = [
            {
                name: None if data is None else base64.b64encode(data).decode()
                for name, data in zip(("bundle", "trust", "auditor"), case, strict=True)
            }
            for case in cases
        ]
        return self.page.evaluate(JUDGE_ALL, coded)


def open_page(context):
    """Open the page; after the test nothing may have gone out or gone wrong."""
    opened = Opened(context, context.new_page())
    opened.page.goto(PAGE.as_uri())
    yield opened
    context.close()
    assert opened.requests == [PAGE.as_uri()]
    assert opened.complaints == []


@pytest.fixture
def opened(browser):
    """The page, fresh, with English as the browser's language."""
    yield from open_page(browser.new_context(locale="en-GB"))


@pytest.fixture
def workerless(browser):
    """The same where no worker starts."""
    context = browser.new_context(locale="en-GB")
    context.add_init_script("window.Worker = function () { throw new Error('none here'); };")
    yield from open_page(context)
