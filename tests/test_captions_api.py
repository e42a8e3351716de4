"""The API beside the captions: its form, recordings, and whatever else a client may send."""

import asyncio
import http.client
import json
import re
import socket
import threading
import time
from contextlib import closing, suppress

import aiohttp
import jsonschema
import psutil
import pytest
import schemathesis
from captions import events, opened, served
from hypothesis import HealthCheck, settings
from live import until

from jihwa.io import cli
from jihwa.io.commands import type as command
from jihwa.io.settings import configuration
from jihwa.io.web import access, routes, server
from jihwa.io.web.openapi import document
from jihwa.io.web.transcription import MOST_RECORDING_BYTES
from jihwa.io.writers.plain import schema

DOCUMENT = document()


def fits(content, name):
    """Whether something is as the document says."""
    whole = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(whole).validate(content)
    return True


def read_by_others():
    """Processes that read a recording for this one."""
    reading = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # ended meanwhile
            reading += [child] if "transcribe" in child.cmdline() else []
    return reading


def test_document_is_served_to_everybody_and_has_every_route(shown):
    told = shown.ask("/v1/openapi.json", headers={"Authorization": None})
    assert told == (200, DOCUMENT)
    routes_there = routes.Routes(*[None] * 6).application().router.routes()
    paths = {route.resource.canonical for route in routes_there}
    assert {path for path in paths if path.startswith("/v1/")} == {
        "/v1/openapi.json", *DOCUMENT["paths"],
    }  # fmt: skip


def test_state_and_events_are_as_the_document_says(monkeypatch, line):
    monkeypatch.setattr(server, "ALIVE_EVERY_S", 0.5)
    with served() as shown:
        tell_all(shown, line)


def tell_all(shown, line):
    """Let every kind of event happen, and look at each."""

    async def read():
        async with aiohttp.ClientSession() as client, opened(client, shown) as stream:
            shown.live.writing.type("갈이 ")
            for sample in line("안녕", "fast").splitlines(keepends=True):
                shown.wire.give(sample)
                await asyncio.sleep(0.005)
            shown.live.writing.complete()
            shown.live.pause(True)
            kinds = set()
            async for event in events(stream):
                assert fits(event, "Event")
                kinds.add(event["type"])
                if kinds == {"state", "commit", "preedit", "connection", "candidates", "alive"}:
                    return

    asyncio.run(asyncio.wait_for(read(), 30))
    state = shown.state()
    assert fits(state, "State")
    assert not list(
        jsonschema.Draft202012Validator(
            schema()["properties"]["words"] | {"$defs": schema()["$defs"]}
        ).iter_errors(state["words"])
    )


def test_recording_becomes_the_transcript_of_the_command(shown, take, jihwa):
    path = take("hello.csv", "안녕하세요")
    status, transcript = shown.ask("/v1/transcribe?name=hello.csv", path.read_bytes())
    assert status == 200
    assert fits(transcript, "Transcript")
    jsonschema.validate(transcript, schema())
    own = json.loads(jihwa("transcribe", path, "--format", "json").out)
    assert transcript == own | {"source": "hello.csv"}


def test_recording_is_read_as_the_glove_is():
    given = "--profile mine.json --model own.bundle --mode word --no-history --layout flex1,-"
    words = ["captions", *given.split()]
    options = cli._parser(words, "en").parse_args(words)
    configuration.resolve(options, configuration.Configuration())
    words = ["transcribe", "a.csv", *command.transcribing(options)]
    read = cli._parser(words, "en").parse_args(words)
    configuration.resolve(read, configuration.Configuration())
    assert (read.profile, read.model) == ("mine.json", "own.bundle")
    assert (read.mode, read.layout) == ("word", options.layout)
    assert (read.history, read.personal, read.adapt) == (False, True, True)


@pytest.mark.parametrize("content", [b"", b"no recording", b"\x00" * 1000, b"\x1f\x8b\x08cut"])
def test_what_is_no_recording_is_told_by_its_name(shown, content):
    status, told = shown.ask("/v1/transcribe?name=mine.csv", content)
    assert status == 422
    assert "mine.csv" in told["en"]
    assert "mine.csv" in told["ko"]
    assert [bool(re.search("[가-힣]", told[each])) for each in ("ko", "en")] == [True, False]
    assert "/tmp" not in told["en"]
    assert not read_by_others()


def test_one_recording_is_read_at_a_time_and_none_for_a_client_that_left(shown, take):
    recording = take().read_bytes()
    head = (
        f"POST /v1/transcribe HTTP/1.1\r\nHost: 127.0.0.1:{shown.server.port}\r\n"
        f"Authorization: Bearer {shown.key}\r\nContent-Length: {len(recording)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", shown.server.port)) as client:
        client.sendall(head.encode() + recording)
        until(read_by_others)
        assert shown.ask("/v1/transcribe", recording)[0] == 503
    until(lambda: not read_by_others())
    until(lambda: shown.ask("/v1/transcribe", recording)[0] == 200)


def test_gigabyte_is_refused_before_it_comes(shown):
    connection = http.client.HTTPConnection("127.0.0.1", shown.server.port, timeout=10)
    with closing(connection):
        connection.putrequest("POST", "/v1/transcribe")
        connection.putheader("Authorization", f"Bearer {shown.key}")
        connection.putheader("Content-Length", str(10**9))
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        began_s = time.monotonic()
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["ko"]
        assert time.monotonic() - began_s < 1


@pytest.mark.slow
@pytest.mark.parametrize("chunked", [False, True], ids=["counted", "uncounted"])
def test_gigabyte_that_is_sent_all_the_same_fills_neither_memory_nor_disk(shown, chunked):
    before = psutil.Process().memory_info().rss
    sent = 0

    def send():
        nonlocal sent
        block = b"0" * 1_000_000
        head = f"POST /v1/transcribe HTTP/1.1\r\nHost: 127.0.0.1:{shown.server.port}\r\n"
        head += f"Authorization: Bearer {shown.key}\r\n"
        head += (
            "Transfer-Encoding: chunked\r\n\r\n" if chunked else f"Content-Length: {10**9}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", shown.server.port)) as client:
            try:
                client.sendall(head.encode())
                for _ in range(1000):
                    client.sendall(b"f4240\r\n" + block + b"\r\n" if chunked else block)
                    sent += len(block)
            except OSError:
                pass

    sender = threading.Thread(target=send)
    sender.start()
    worst = before
    while sender.is_alive():
        worst = max(worst, psutil.Process().memory_info().rss)
        shown.types("가")  # the session goes on
        time.sleep(0.05)
    print(f"{sent / 1e6:.0f} MB were taken, memory grew by {(worst - before) / 1e6:.0f} MB")
    assert sent < 10**9
    assert worst - before < MOST_RECORDING_BYTES
    assert shown.ask("/v1/state")[0] == 200


def accepted(*statuses):
    """What may come of a request that is as the document says."""
    return {"checks": {"positive_data_acceptance": {"expected-statuses": statuses}}}


REFUSED = ("400", "401", "403", "408", "409", "413", "415", "421", "422", "5xx")
ENTER = {"include-path": "/v1/enter", **accepted("204", "401")}
CHECKS = accepted("2xx", "409", "422")
CHECKS["checks"]["negative_data_rejection"] = {"expected-statuses": REFUSED}
SCHEMA = schemathesis.openapi.from_dict(
    DOCUMENT, config=schemathesis.Config.from_dict({**CHECKS, "operations": [ENTER]})
)


@pytest.fixture(scope="module")
def fuzzed():
    with pytest.MonkeyPatch.context() as patch, served() as served_now:
        patch.setattr(access, "MOST_WRONG", 10**9)  # it tries many
        patch.setattr(access, "WITHIN_S", 0.0)
        yield served_now


@SCHEMA.exclude(path=["/v1/events", "/v1/transcribe"]).parametrize()
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_nothing_that_is_sent_breaks_it(case, fuzzed):
    """Whatever fits the document is accepted, whatever does not is refused, as it says."""
    answer = case.call(base_url=fuzzed.origin, headers={"Authorization": f"Bearer {fuzzed.key}"})
    case.validate_response(answer)
    assert fuzzed.live.failure is None


@pytest.mark.parametrize("name", ["Host", "Transfer-Encoding", "Content-Length"])
@pytest.mark.parametrize("path", ["/v1/state", "/v1/undo", "/v1/type"])
def test_what_is_hardly_http_is_refused_as_the_document_says(shown, path, name):
    (method, operation), *_ = DOCUMENT["paths"][path].items()
    with closing(http.client.HTTPConnection("127.0.0.1", shown.server.port, timeout=10)) as client:
        key = {"Authorization": f"Bearer {shown.key}"}
        client.request(method.upper(), path, headers=key | {name: "evil.example"})
        answer = client.getresponse()
        kind, body = answer.headers.get_content_type(), answer.read()
    told = operation["responses"][str(answer.status)]["$ref"].rpartition("/")[2]
    content = DOCUMENT["components"]["responses"][told]["content"][kind]["schema"]
    text = body.decode()
    jsonschema.validate(text if kind == "text/plain" else json.loads(text), content)
