"""Voices for tests: one that writes down, and workers that misbehave."""

import sys
import textwrap


class CapturingVoice:
    """Notes what it is asked to say; a stop is noted as ⏹."""

    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)

    def stop(self):
        self.said.append("⏹")


def worker(log, on_say):
    """The command of a worker that notes its own id and what it is asked, and then does `on_say`.

    `on_say` is Python; `text` is what it has to say, and `starts` how often there was a worker.
    """
    script = f"""
        import json, os, pathlib, sys, time
        log = pathlib.Path({str(log)!r})
        with log.open("a") as lines: print("start", os.getpid(), file=lines)
        starts = log.read_text().count("start")
        sys.stdin.readline()
        print(json.dumps({{"driver": "fake", "voice": "ko"}}), flush=True)
        for line in sys.stdin:
            text = json.loads(line)["say"]
            with log.open("a") as lines: print("say", text, file=lines)
            {on_say}
            print("{{}}", flush=True)
    """
    return [sys.executable, "-c", textwrap.dedent(script)]
