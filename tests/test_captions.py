"""The server of the captions: what is told, who may act, and what the signer sees."""

import asyncio
import sys

import aiohttp
import pytest
from captions import events, opened, served
from live import until

from jihwa.data.messages import UsageError
from jihwa.io.commands import type as command
from jihwa.io.live import archive
from jihwa.io.live.state import Answers, LiveState
from jihwa.io.screen.drawing import Size, draw
from jihwa.io.screen.view import Place, View
from jihwa.io.speech.spoken import SpeechMode
from jihwa.io.web.server import CaptionServer, qr_rows


def test_state_is_what_the_session_came_to(shown):
    shown.types("안녕하세요 저는")
    state = shown.state()
    assert state["committed"] == "안녕하세요 저는"
    assert [word["text"] for word in state["words"]] == ["안녕하세요", "저는"]
    assert (state["link"], state["ready"], state["paused"]) == ("live", True, False)


def test_events_tell_the_text_letter_by_letter(shown, line):
    """Whoever follows them has the same text as the session, without a hole in the numbers."""

    async def follow():
        async with aiohttp.ClientSession() as client, opened(client, shown) as stream:
            text = preedit = ""
            async for event in events(stream):
                match event["type"]:
                    case "state":
                        number, text = event["seq"], event["committed"]
                        spelling = asyncio.create_task(spell())
                    case "candidates" | "alive":
                        assert event["seq"] == number
                    case kind:
                        number += 1
                        assert event["seq"] == number
                        preedit = event.get("preedit", preedit)
                        if kind == "commit":
                            text = text[: len(text) - event["delete"]] + event["insert"]
                seen.append(text + preedit)
                if text + preedit == "안녕하세요":
                    await spelling
                    return

    async def spell():
        for sample in line("안녕하세요", "fast").splitlines(keepends=True):
            shown.wire.give(sample)
            await asyncio.sleep(0.005)

    seen = []
    asyncio.run(asyncio.wait_for(follow(), 20))
    assert len(set(seen)) > 5


def test_program_types_chooses_undoes_and_clears(shown):
    assert shown.ask("/v1/type", {"text": "갈이 가요"})[0] == 202
    until(lambda: shown.state()["committed"] == "갈이 가요")
    wish = {"word": 0, "was": "갈이", "text": "같이"}
    assert shown.ask("/v1/choose", wish)[0] == 202
    until(lambda: shown.state()["committed"] == "같이 가요")
    assert shown.ask("/v1/choose", wish)[0] == 409  # that is not the word any more
    assert shown.ask("/v1/undo", {})[0] == 202
    until(lambda: shown.state()["committed"] == "갈이 가요")
    assert shown.ask("/v1/speak", {})[0] == 202
    until(lambda: shown.voice.said == ["갈이 가요"])
    assert shown.ask("/v1/clear", {})[0] == 202
    until(lambda: shown.state()["committed"] == "")


def test_program_takes_a_completion_that_is_offered(shown, line):
    assert shown.ask("/v1/type", {"text": "오늘 "})[0] == 202
    shown.wire.give(line("저녀"))
    offered = until(
        lambda: [each for each in shown.state()["completions"] if each["text"].startswith("저녁")]
    )
    taken = {name: offered[0][name] for name in ("word", "text")}
    assert taken["word"] == 1
    assert shown.ask("/v1/accept", taken | {"word": 0})[0] == 409
    assert shown.ask("/v1/accept", taken | {"text": "저쪽으로는"})[0] == 409
    assert shown.ask("/v1/accept", taken)[0] == 202
    whole = f"오늘 {taken['text']}"
    until(lambda: (shown.state()["committed"] + shown.state()["preedit"]).rstrip() == whole)
    until(lambda: shown.ask("/v1/accept", taken)[0] == 409)  # it is over


@pytest.mark.parametrize("text", ["", "가" * 1001, "\ud800", 3, None, ["가"]])
def test_what_is_no_text_is_not_typed(shown, text):
    assert shown.ask("/v1/type", {"text": text})[0] == 400
    assert shown.live.failure is None


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 15_000, b"\xff", b'{"text":"a","more":1}'])
def test_what_is_no_json_is_refused(shown, body):
    status, told = shown.ask("/v1/type", body)
    assert status == 400
    assert told["ko"] and told["en"]


def test_nothing_acts_in_the_signers_terminal(shown):
    shown.ask("/v1/type", {"text": "가\x1b[31m나\x07"})
    until(lambda: shown.state()["committed"] == "가[31m나")
    shown.ask("/v1/answer", {"text": "\x1b]0;evil\x07네"})
    until(lambda: shown.live.state.answers == Answers(("]0;evil네",), 1))


def test_answers_and_wishes_cannot_flood_the_signer(shown):
    codes = [shown.ask("/v1/answer", {"text": "네"})[0] for _ in range(12)]
    assert codes == [202] * 10 + [429] * 2


def test_speech_that_is_off_is_told(shown):
    shown.spoken.mode = SpeechMode.OFF
    status, told = shown.ask("/v1/speak", {})
    assert (status, told["en"]) == (409, "Speech is switched off on the signer's side.")


def rows(state, view, columns=80, n=24):
    return ["".join(text for _, text in line) for line in draw(state, view, Size(columns, n))]


def test_answer_stands_above_the_keys():
    answers = Answers().followed_by("아니요").followed_by("잠깐만요").followed_by("네, 알겠어요")
    shown = rows(LiveState(answers=answers), View("ko"))
    assert [row for row in shown if "»" in row] == ["  » 잠깐만요", "  » 네, 알겠어요"]
    assert "  » 네, 알겠어요" in rows(LiveState(answers=answers), View("ko"), 40, 10)
    assert not [
        row for row in rows(LiveState(answers=answers.followed_by("")), View("ko")) if "»" in row
    ]


def test_invitation_is_an_address_and_a_code():
    url = "http://192.168.100.100:8517/#abcdefghijklmnop"
    view = View("ko", Place.INVITATION, invitation=(url, *qr_rows(url)))
    shown = rows(LiveState(), view)
    assert any(url in row for row in shown)
    assert sum("█" in row or "▀" in row for row in shown) >= 14
    assert all(url in "".join(rows(LiveState(), view, 60, n)) for n in range(4, 12))


def test_port_in_use_is_told_at_once(shown):
    with pytest.raises(UsageError, match="--port"):
        CaptionServer(None, shown.server.port)


def test_missing_library_is_named_with_what_to_do(jihwa, monkeypatch):
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    for name in [name for name in sys.modules if name.startswith("jihwa.io.web.")]:
        monkeypatch.delitem(sys.modules, name)
    done = jihwa("captions")
    assert done.code == 2
    assert "pip install 'jihwa[web]'" in done.err


def test_others_read_what_is_typed_or_gone_on_with(jihwa, monkeypatch):
    monkeypatch.setattr(command, "PORT", 0)
    given = "--serve-captions", "--plain", "--source", "sim:네?speed=fast"
    done = jihwa("type", "--new", *given)
    assert (done.code, "= 네" in done.out) == (0, True)
    assert "to read along: http://127.0.0.1:" in done.err
    (session,) = archive.sessions()
    assert (
        "to read along: http://127.0.0.1:"
        in jihwa("sessions", "continue", session.name, *given).err
    )


@pytest.mark.parametrize(("lan", "port"), [("192.0.2.1", 0), ("no such host", 0), (None, 99999)])
def test_what_cannot_be_opened_is_refused_with_what_to_do(lan, port):
    with pytest.raises(UsageError, match="--port"):
        CaptionServer(lan, port)


def test_end_comes_after_the_last_words(line):
    async def read(shown, client):
        async with opened(client, shown) as stream:
            await stream.receive()
            closing_now.set()
            told = [event async for event in events(stream)]
            return told, stream.close_code

    async def both():
        async with aiohttp.ClientSession() as client:
            with served() as shown:
                reading = asyncio.create_task(read(shown, client))
                await closing_now.wait()
                shown.live.writing.type("끝")
                until(lambda: shown.live.state.text.committed == "끝")
            return await reading

    closing_now = asyncio.Event()
    told, code = asyncio.run(both())
    assert code == 1001
    assert "".join(event.get("insert", "") for event in told) == "끝"


def test_lan_has_an_address_of_its_own():
    with served(lan="127.0.0.2") as shown:
        assert shown.server.url.startswith(f"http://127.0.0.2:{shown.server.port}/#")
        assert shown.ask("/v1/state")[0] == 200
        shown.origin = f"http://127.0.0.2:{shown.server.port}"
        assert shown.ask("/v1/state")[0] == 200
