"""Recordings of other programs: read in a process of its own, that the session need not wait."""

import asyncio
import json
import re
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from jihwa.data.messages import Language, Message
from jihwa.io.web.requests import RefusedError

MOST_RECORDING_BYTES = 64_000_000
"""Five hours of a glove's lines."""
UPLOAD_S = 60.0
"""A recording that comes more slowly is given up."""
BUSY_S = 10
"""When to ask again, while another recording is read."""
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,8}){1,2}$", re.IGNORECASE)

BUSY = Message(
    "다른 녹화를 옮기는 중입니다. 잠시 뒤에 다시 하세요.",
    "Another recording is being read. Try again in a while.",
)
TOO_LARGE = Message(
    f"녹화가 {MOST_RECORDING_BYTES // 1_000_000} MB보다 큽니다. 나누어 보내거나 `jihwa "
    "transcribe`로 하세요.",
    f"The recording is larger than {MOST_RECORDING_BYTES // 1_000_000} MB. Send it in parts, or "
    "use `jihwa transcribe`.",
)


class Transcription:
    """Reads recordings one at a time, as `jihwa transcribe` does.

    Args:
        options: Those of `jihwa transcribe` that all are read with.
    """

    def __init__(self, options: Sequence[str]) -> None:
        self._options = options
        self._is_busy = False

    async def read(self, request: web.Request, language: Language) -> bytes:
        """The transcript of the recording that a request brings; cancelled, it leaves nothing.

        Args:
            request: With the recording as its body, and its `name`.
            language: Of warnings and errors.

        Raises:
            RefusedError: It is too large, comes too slowly or is no recording; or another is read.
        """
        name = request.query.get("name", "recording.csv")
        if not 0 < len(name) <= 100 or not name.isprintable():
            raise RefusedError(400)
        if (request.content_length or 0) > MOST_RECORDING_BYTES:
            raise RefusedError(413, TOO_LARGE)
        if self._is_busy:
            raise RefusedError(503, BUSY, {"Retry-After": str(BUSY_S)})
        self._is_busy = True
        try:
            with TemporaryDirectory(prefix="jihwa-") as folder:
                suffix = _SUFFIX.search(name)
                recording = Path(folder) / ("recording" + (suffix[0] if suffix else ""))
                await _receive(request, recording)
                return await self._transcribe(recording, name, language)
        finally:
            self._is_busy = False

    async def _transcribe(self, recording: Path, name: str, language: Language) -> bytes:
        """What another process makes of it; where that fails, it is told in both languages."""
        out, told = await self._run(recording, language)
        if not out:
            other: Language = "ko" if language == "en" else "en"
            both = {language: told, other: (await self._run(recording, other))[1]}
            named = {each: text.replace(str(recording), name) for each, text in both.items()}
            raise RefusedError(422, Message(ko=named["ko"], en=named["en"]))
        transcript = json.loads(out)
        transcript["source"] = name
        return json.dumps(transcript, ensure_ascii=False).encode()

    async def _run(self, recording: Path, language: Language) -> tuple[bytes, str]:
        """What a process of its own writes and tells, which ends with this one's wish for it."""
        nice = ["nice", "-n", "10"] if shutil.which("nice") else []
        command = [*nice, sys.executable, "-m", "jihwa.io", "--lang", language, "transcribe"]
        command += [str(recording), "--format", "json", *self._options]
        child = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
        )
        try:
            out, err = await child.communicate()
        finally:
            if child.returncode is None:  # nobody waits for it any more
                child.kill()
                await child.wait()
        return out, err.decode(errors="replace").replace("jihwa: ", "").strip()


async def _receive(request: web.Request, recording: Path) -> None:
    """Write down a recording while it comes.

    Raises:
        RefusedError: It is too large, or comes too slowly.
    """
    size = 0
    try:
        async with asyncio.timeout(UPLOAD_S):
            with recording.open("wb") as file:
                async for data in request.content.iter_any():
                    size += len(data)
                    if size > MOST_RECORDING_BYTES:
                        raise RefusedError(413, TOO_LARGE)
                    file.write(data)
    except TimeoutError as error:
        raise RefusedError(408) from error
