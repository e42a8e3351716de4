"""The page of a session, looked at in a headless browser."""

import json
import re

import numpy as np
import pytest
from browsing import complaints
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from jihwa.data.synthesis.sessions import write_session


@pytest.fixture
def page(browser, jihwa, spell, tmp_path):
    """Opens the page of a spelled text: `page("안녕", "--lang", "ko")`."""

    def show(text="안녕하세요 지우", *arguments, pace="slow"):
        path = tmp_path / "a take.csv"
        write_session(path, spell(text, pace, wearer=7, seed=3))
        page = tmp_path / "out" / "a take.html"
        page.parent.mkdir(exist_ok=True)
        compare = ("--compare", tmp_path, "--html", "--output", page)
        assert jihwa("transcribe", path, *compare, *arguments).code == 0
        browser.get(page.as_uri())
        return browser

    return show


def text_of(browser, selector):
    return browser.find_element(By.CSS_SELECTOR, selector).text


def stretch(browser):
    """From when to when the chart shows."""
    return browser.execute_script("return [from, to]")


def colours_in(browser, canvas):
    """How many colours were drawn with."""
    return browser.execute_script(
        "const c = document.getElementById(arguments[0]);"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "return new Set(new Uint32Array(d.buffer)).size",
        canvas,
    )


def test_page_shows_text_truth_and_signal(page):
    browser = page()
    assert complaints(browser) == []
    assert text_of(browser, "#text") == "안녕하세요 지우"
    assert "안녕하세요 지우" in text_of(browser, "#true-text")
    assert "character error rate 0.0 %" in text_of(browser, "#comparison")
    assert browser.title == "a take.csv – jihwa"
    rows = browser.find_elements(By.CSS_SELECTOR, "#segments tbody tr")
    letters = [row.find_elements(By.TAG_NAME, "td")[3].text for row in rows]
    assert (
        "".join(name for name in letters if len(name) == 1) == "ㅇㅏㄴㄴㅕㅇㅎㅏㅅㅓㅣㅇㅛㅈㅣㅇㅜ"
    )
    assert letters[0] == letters[-1] == "rest"
    assert colours_in(browser, "chart") > 50
    assert colours_in(browser, "overview") > 20


def test_signal_can_be_zoomed_and_moved(page):
    browser = page()
    whole = stretch(browser)
    browser.find_element(By.ID, "nearer").click()
    start_s, end_s = stretch(browser)
    assert end_s - start_s == pytest.approx((whole[1] - whole[0]) / 2, rel=0.01)
    browser.find_element(By.ID, "later").click()
    assert stretch(browser)[0] > start_s
    chart = browser.find_element(By.ID, "chart")
    wheel = webdriver.ActionChains(browser)
    wheel.scroll_from_origin(
        webdriver.common.actions.wheel_input.ScrollOrigin.from_element(chart), 0, -600
    ).perform()
    start_s, end_s = stretch(browser)
    assert end_s - start_s < (whole[1] - whole[0]) / 3
    ActionChains(browser).drag_and_drop_by_offset(chart, 200, 0).perform()
    assert stretch(browser)[0] < start_s
    chart.send_keys("0")
    assert stretch(browser) == whole
    assert complaints(browser) == []


def test_segment_shows_its_candidates(page):
    browser = page()
    browser.find_elements(By.CSS_SELECTOR, "#segments tbody tr")[1].click()
    told = text_of(browser, "#details")
    assert told.startswith("ㅇ")
    assert "by the hand alone" in told
    browser.find_element(By.ID, "chart").send_keys("n")
    assert text_of(browser, "#details").startswith("ㅏ")
    browser.find_element(By.ID, "chart").send_keys("p", Keys.ARROW_RIGHT)
    assert text_of(browser, "#details").startswith("ㅇ")
    chart = browser.find_element(By.ID, "chart")
    x = browser.execute_script("look(0, end_s); return x_of(data.signs[3].start + 0.1)")
    ActionChains(browser).move_to_element_with_offset(
        chart, int(x - chart.size["width"] / 2), 0
    ).click().perform()
    assert browser.execute_script("return chosen") == 3


def test_page_shows_what_the_segmenter_saw_and_how_else_it_might_have_cut(browser, page):
    page("아까 값진 짜장면을 먹었어요", "--lang", "en", pace="natural")
    assert complaints(browser) == []
    names = browser.execute_script("return lanes.map((lane) => lane.name)")
    assert names == ["text", "read", "truth", "cuts", "flex (ADC)", "gravity (g)", "holds"]
    cuts = browser.execute_script("return data.cuts")
    assert {cut["lane"] for cut in cuts} >= {0, 1}
    assert any(cut["chosen"] for cut in cuts)
    assert not all(cut["chosen"] for cut in cuts)
    held, begins = browser.execute_script("return holds.map((series) => Math.max(...series))")
    assert held > 900
    assert begins > 900
    assert browser.execute_script("return holds_time.length == holds[0].length")


def test_word_leads_to_its_place(page):
    browser = page()
    browser.find_elements(By.CSS_SELECTOR, "#text button")[1].click()
    start_s, end_s = stretch(browser)
    assert 0 < start_s < browser.execute_script("return data.words[1][1]") < end_s


def test_page_speaks_korean(page):
    browser = page("가", "--lang", "ko")
    assert text_of(browser, "#segments-title") == "구간"
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "ko"


def test_page_asks_no_network_and_cannot_be_broken_into(jihwa, take, tmp_path):
    path = take("<script>alert(1)<!--.csv", "가")
    assert jihwa("transcribe", path, "--html", "--output", tmp_path / "out/").code == 0
    (page,) = (tmp_path / "out").iterdir()
    content = page.read_text(encoding="utf-8")
    assert not re.findall(r"(src|href)=|https?://|@import|url\(", content)
    assert "default-src 'none'" in content
    assert content.count("<script") == 2
    data = re.search(r'id="data">(.*?)</script>', content, re.DOTALL)[1]
    assert json.loads(data)["source"] == str(path)


def test_broken_signal_can_be_looked_at(browser, jihwa, take, tmp_path):
    def with_gap(time_s):
        return np.where(time_s > 3, time_s + 5, time_s)

    def dead(flex):
        flex[:, 1] = 0
        return flex

    path = take(time_s=with_gap, flex_adc=dead, accel_g=lambda a: np.full_like(a, np.nan))
    assert jihwa("transcribe", path, "--html", "--output", tmp_path).code == 0
    browser.get((tmp_path / "take.html").as_uri())
    assert complaints(browser) == []
    assert "flex2" in text_of(browser, "#warnings")
    assert colours_in(browser, "chart") > 50


def test_page_is_a_format_like_any_other(jihwa, take, tmp_path):
    paths = [take("a.csv", "가"), take("b.csv", "나")]
    done = jihwa("transcribe", *paths, "--format", "txt", "--html", "--output", tmp_path / "out")
    assert done.code == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["a.html", "a.txt", "b.html", "b.txt"]
    alone = jihwa("transcribe", paths[0], "--html")
    assert alone.out == (tmp_path / "out" / "a.html").read_text(encoding="utf-8")
