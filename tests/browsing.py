"""A browser without a window: how it is started, and what it has to say."""

import shutil

import pytest
from selenium import webdriver

ALONE = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def open_browser(folder):
    """A browser that keeps what it keeps in this folder."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (program and driver):
        pytest.skip("needs a browser (Debian packages chromium and chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (*ALONE, f"--user-data-dir={folder}", "--window-size=1300,1400"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService(driver))


def complaints(browser):
    """What the browser has to say against a page."""
    return [entry["message"] for entry in browser.get_log("browser")]
