"""Whether Hangul can be shown here; what a terminal far away makes of it cannot be known."""

import codecs
import locale
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping

from jihwa.io.checks.finding import Finding, doubtful, good

_FONTS_S = 5.0
"""More time than listing fonts takes."""


def check_encoding() -> Iterator[Finding]:
    """The locale's encoding, which the programs around jihwa use too."""
    name = codecs.lookup(locale.getencoding()).name
    if name in ("utf-8", "cp949", "euc_kr"):
        yield good(f"문자 인코딩: {name}", f"encoding: {name}")
    else:
        yield doubtful(
            f"문자 인코딩: {name}은(는) 한글을 담지 못합니다. `export LANG=ko_KR.UTF-8` 또는 "
            "C.UTF-8로 바꾸세요.",
            f"encoding: {name} has no Hangul. Choose `export LANG=ko_KR.UTF-8` or C.UTF-8.",
        )


def check_terminal(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Whether the screen can be drawn on."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield good("터미널: 없음 (파이프)", "terminal: none (a pipe)")
        return
    kind = environment.get("TERM", "")
    columns, rows = shutil.get_terminal_size()
    if sys.platform != "win32" and kind in ("", "dumb"):
        yield doubtful(
            f"터미널: TERM={kind or '(없음)'}으로는 화면을 그리지 못합니다. `jihwa type --plain`을 "
            "쓰거나 TERM을 바로잡으세요.",
            f"terminal: nothing can be drawn with TERM={kind or '(none)'}. Use `jihwa type "
            "--plain`, or set TERM right.",
        )
    elif kind == "linux":
        yield doubtful(
            "터미널: 리눅스 콘솔에는 한글 글꼴이 없습니다. 데스크톱의 터미널이나 ssh를 쓰세요.",
            "terminal: the Linux console has no Hangul. Use a terminal of the desktop, or ssh.",
        )
    elif columns < 80 or rows < 24:
        yield doubtful(
            f"터미널: {columns}×{rows}은(는) 좁습니다. 80×24 이상으로 넓히세요.",
            f"terminal: {columns}×{rows} is small. Make it 80×24 or more.",
        )
    else:
        yield good(f"터미널: {kind} {columns}×{rows}", f"terminal: {kind} {columns}×{rows}")


def check_fonts(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Korean fonts of this machine, if it is the one that shows the letters."""
    if "SSH_CONNECTION" in environment:
        yield good(
            "글꼴: 화면이 있는 컴퓨터의 것을 씁니다. 다음이 네모로 보이면 거기에 한글 글꼴을 "
            "설치하세요: 한글 ㄱㄴㄷ",
            "fonts: those of the computer that you sit at. If the following are boxes, install a "
            "Korean font there: 한글 ㄱㄴㄷ",
        )
        return
    lister = shutil.which("fc-list")
    if lister is None:
        yield good(
            "글꼴: 여기서는 알 수 없습니다. 다음이 네모로 보이면 한글 글꼴을 설치하세요: "
            "한글 ㄱㄴㄷ",
            "fonts: not known here. If the following are boxes, install a Korean font: 한글 ㄱㄴㄷ",
        )
        return
    command = [lister, ":lang=ko", "family"]
    listed = subprocess.run(  # noqa: S603  # the system's own
        command, capture_output=True, timeout=_FONTS_S, check=False
    ).stdout.decode(errors="replace")
    families = sorted(set(listed.splitlines()))
    if families:
        n = len(families)
        yield good(f"글꼴: 한글 글꼴 {n}가지", f"fonts: {n} Korean one(s)")
    else:
        yield doubtful(
            "글꼴: 한글 글꼴이 없습니다. 설치하세요 (데비안, 우분투: `sudo apt install "
            "fonts-noto-cjk`).",
            "fonts: no Korean one. Install one (Debian, Ubuntu: `sudo apt install "
            "fonts-noto-cjk`).",
        )
