"""The page for the other person, looked at in a headless browser."""

import pytest
from axe_core_python.selenium import Axe
from browsing import complaints
from captions import served
from live import until
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from jihwa.io.live.journal import SessionLog
from jihwa.io.speech.spoken import SpeechMode

PHONE, DESK, TV = (360, 640), (1300, 900), (1920, 1080)
MM_PER_PX = 25.4 / 96
SEEN_AT_3_M_MM = 15.0
"""A letter is read with ease from a two-hundredth of its distance on."""


@pytest.fixture
def shown():
    with served() as served_now:
        yield served_now


@pytest.fixture
def look(browser):
    """Opens the page: `look(shown, PHONE, "dark", "en")`."""

    def open_page(served_now, size=DESK, scheme="light", language="ko", url=None):
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
        browser.execute_cdp_cmd("Network.enable", {})
        headers = {"headers": {"Accept-Language": language}}
        browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", headers)
        browser.get("about:blank")
        browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
        complaints(browser)  # those of another page
        browser.get(url or served_now.server.url)
        until(lambda: text_of(browser, "news") not in ("연결하는 중…", "Connecting…"))
        return browser

    yield open_page
    browser.get("about:blank")


def text_of(browser, name):
    return browser.execute_script("return document.getElementById(arguments[0]).textContent", name)


def written(browser):
    return text_of(browser, "committed") + text_of(browser, "preedit")


def heard(browser):
    """What a screen reader was given."""
    return of(browser, "[...document.querySelectorAll('#heard p')].map(p => p.textContent)")


def of(browser, script):
    return browser.execute_script(f"return {script}")


def test_text_appears_while_it_is_written(shown, look, line):
    browser = look(shown)
    assert text_of(browser, "waiting")
    shown.wire.give(line("안녕"))
    until(lambda: written(browser) == "안녕")
    shown.live.writing.complete()
    until(lambda: text_of(browser, "committed") == "안녕")
    shown.live.writing.backspace()
    until(lambda: written(browser) == shown.live.state.text.committed != "안녕")
    assert not complaints(browser)
    assert of(browser, "location.hash") == ""  # nobody reads the ticket from the address


def test_whole_words_are_heard_and_each_once(shown, look):
    browser = look(shown)
    shown.types("안녕하세요 저는 ")
    until(lambda: heard(browser) == ["안녕하세요 저는"])
    shown.types("학")
    shown.types("생이에요 ")
    until(lambda: heard(browser) == ["안녕하세요 저는", "학생이에요"])
    shown.types("네")
    until(lambda: heard(browser)[2:] == ["네"])  # the end is read too, once it has settled
    shown.types("도 ")
    until(lambda: heard(browser)[2:] == ["네", "네도"])  # a word that went on after all, as a whole
    shown.live.writing.choose(1, "나는")
    until(lambda: heard(browser)[4:] == ["나는 학생이에요 네도"])  # from the word that has changed
    log = browser.find_element(By.ID, "heard")
    assert (log.get_attribute("aria-live"), log.get_attribute("role")) == ("polite", "log")


def test_reader_answers_and_has_it_said(shown, look):
    browser = look(shown)
    shown.types("안녕하세요")
    browser.find_element(By.ID, "answer").send_keys("네, 반가워요", Keys.ENTER)
    until(lambda: shown.live.state.answers.texts == ("네, 반가워요",))
    until(lambda: "네, 반가워요" in text_of(browser, "told"))
    assert browser.find_element(By.ID, "answer").get_property("value") == ""
    browser.find_element(By.ID, "say").click()
    until(lambda: shown.voice.said == ["안녕하세요"])
    shown.spoken.mode = SpeechMode.OFF
    browser.find_element(By.ID, "say").click()
    until(lambda: "꺼져" in text_of(browser, "told"))


def test_script_in_a_phrase_is_text(shown, look):
    browser = look(shown)
    evil = "<script>document.title='broken'</script><img src=x onerror=alert(1)>"
    shown.types(evil)
    until(lambda: written(browser) == evil)
    assert browser.title == "지화 자막"
    assert not of(browser, "document.querySelectorAll('main img, main script').length")
    assert not complaints(browser)


def test_ticket_is_good_once_and_the_reader_stays_in(shown, look, browser):
    url = shown.server.url
    look(shown, url=url)
    assert shown.server.url != url
    shown.types("가")
    browser.get(shown.origin)
    until(lambda: written(browser) == "가")
    look(shown, url=url)
    until(lambda: "QR" in text_of(browser, "news"))


@pytest.mark.parametrize("language", ["ko-KR,ko;q=0.9,en;q=0.8", "en-GB,en;q=0.9", "fr", "*"])
def test_page_speaks_the_browsers_language(shown, look, language):
    browser = look(shown, language=language)
    korean = language[:2] in ("ko", "*")
    assert of(browser, "document.documentElement.lang") == ("ko" if korean else "en")
    assert browser.find_element(By.ID, "say").text == ("소리 내어 읽기" if korean else "Say it")


@pytest.mark.parametrize(
    ("size", "scheme", "language"),
    [
        (PHONE, "light", "ko"),
        (PHONE, "dark", "en"),
        (DESK, "light", "en"),
        (DESK, "dark", "ko"),
        (TV, "dark", "en"),
    ],
    ids=lambda value: str(value),
)
def test_page_is_large_whole_and_accessible(shown, look, size, scheme, language, tmp_path):
    browser = look(shown, size, scheme, language)
    shown.types("안녕하세요 저는 한국수어교육원에서 공부하는 학생이에요 " * 3)
    shown.wire.connect(shown.live.state.connection.link)
    until(lambda: "학생" in written(browser))
    wide, high = of(browser, "[innerWidth, innerHeight]")
    assert (wide, high) == size
    overflow = "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert of(browser, overflow) == [wide, high]
    for each in browser.find_elements(By.CSS_SELECTOR, "main, input, button"):
        box = each.rect
        assert box["x"] >= 0 and box["x"] + box["width"] <= wide
        assert box["y"] >= 0 and box["y"] + box["height"] <= high
        assert box["height"] >= 44 and box["width"] >= 44  # a finger's width
    letter_px = float(of(browser, "getComputedStyle(document.querySelector('main')).fontSize")[:-2])
    if size == PHONE:
        assert letter_px * 5 < wide < letter_px * 9
        assert browser.find_element(By.ID, "text").rect["height"] > high / 2
    else:
        assert letter_px * MM_PER_PX >= SEEN_AT_3_M_MM
    end = "document.querySelector('main')"
    assert of(browser, f"{end}.scrollHeight - {end}.scrollTop - {end}.clientHeight") < 2
    dark = of(browser, "getComputedStyle(document.body).backgroundColor") == "rgb(0, 0, 0)"
    assert dark == (scheme == "dark")
    found = Axe().run(browser)
    assert [(each["id"], each["nodes"]) for each in found["violations"]] == []
    assert not complaints(browser)


def test_type_can_be_made_larger_and_stays_so(shown, look):
    browser = look(shown)
    main = "parseFloat(getComputedStyle(document.querySelector('main')).fontSize)"
    before = of(browser, main)
    browser.find_element(By.ID, "larger").click()
    assert of(browser, main) == pytest.approx(1.25 * before)
    browser.refresh()
    assert of(browser, main) == pytest.approx(1.25 * before)
    browser.find_element(By.ID, "smaller").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_reader_may_want_it_light_or_dark(shown, look, scheme):
    browser = look(shown, PHONE, scheme)
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(255, 255, 255)", "rgb(0, 0, 0)"
    assert of(browser, ground) == (dark if scheme == "dark" else light)
    browser.find_element(By.ID, "scheme").click()
    assert of(browser, ground) == (light if scheme == "dark" else dark)
    browser.refresh()
    assert of(browser, ground) == (light if scheme == "dark" else dark)
    assert not Axe().run(browser)["violations"]
    browser.execute_script("localStorage.removeItem('scheme')")


def test_open_page_goes_on_when_the_program_starts_again(look, browser):
    with served() as first:
        port = first.server.port
        look(first)
        first.types("안녕하세요 ")
        until(lambda: written(browser) == "안녕하세요 ")
    until(lambda: "끝냈습니다" in text_of(browser, "news"))
    assert written(browser) == "안녕하세요 "
    with served(SessionLog("안녕하세요 "), port=port) as second:
        second.types("저는")
        until(lambda: written(browser) == "안녕하세요 저는")
        assert text_of(browser, "news") in ("", "상대의 장갑이 연결되지 않았습니다.")
        until(lambda: heard(browser) == ["안녕하세요", "저는"])  # each once
