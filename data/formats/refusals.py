"""Why a file is no recording: it is of another kind, empty, damaged, or without a sample."""

from mimetypes import guess_type
from pathlib import Path

from jihwa.data.formats.report import HoledError, Report
from jihwa.data.formats.unread import found
from jihwa.data.messages import DataError, JihwaError, Message

STDIN = Path("-")
"""Stands for the standard input where a recording is asked for."""

VIDEOS = (
    (8, b"AVI "),
    (0, b"\x1a\x45\xdf\xa3"),
    (0, b"\x00\x00\x01\xba"),
    *((4, kind) for kind in (b"ftyp", b"moov", b"mdat", b"wide", b"skip", b"free")),
)
"""Where which bytes stand in a video: AVI, WebM and Matroska, MPEG, MP4 and QuickTime."""

_BEGINNINGS = {
    "video": VIDEOS,
    "audio": ((8, b"WAVE"), (0, b"ID3\x03"), (0, b"ID3\x04"), (0, b"OggS"), (0, b"fLaC")),
    "image": ((0, b"\xff\xd8\xff"), (0, b"\x89PNG"), (0, b"GIF8"), (8, b"WEBP"), (0, b"II*\0")),
    "archive": (
        *((0, b"PK\x03\x04"), (0, b"7z\xbc\xaf\x27\x1c"), (0, b"Rar!\x1a\x07")),
        *((0, b"\x28\xb5\x2f\xfd"), (0, b"\xd0\xcf\x11\xe0")),
    ),
    "document": (
        (0, b"%PDF-"),
        (0, b"{\\rtf"),
        *((0, b) for b in (b"<!DOCTYPE html", b"<!doctype html", b"<html")),
    ),
}
"""Where which bytes stand in files that are no recordings; mail programs call most kinds so too."""

_CALLED = {
    "video": Message(ko="영상", en="a video"),
    "audio": Message(ko="소리", en="a sound file"),
    "image": Message(ko="그림", en="a picture"),
    "archive": Message(ko="압축 묶음이나 오피스 문서", en="an archive or an office document"),
    "document": Message(ko="문서", en="a document"),
}
_GIVE = Message(
    ko="장갑이 보낸 줄이 든 파일(CSV, JSON 줄, HDF5)을 주세요.",
    en="Give a file of what the glove sent (CSV, JSON lines, HDF5).",
)
_INSTEAD = {
    "video": Message(
        ko="영상에 찍힌 손은 jihwa transcribe나 --source camera:파일로 읽습니다.",
        en="A hand in a video is read by jihwa transcribe, or --source camera:FILE.",
    ),
    "archive": Message(
        ko="풀거나 표를 CSV로 저장해서 주세요.", en="Unpack it, or save its table as CSV."
    ),
}


def check_kind(path: Path, beginning: bytes) -> None:
    """Look whether a file can be a recording at all.

    Args:
        path: Its name.
        beginning: Its first bytes, 12 or more.

    Raises:
        DataError: It begins like a picture, an archive, or the like.
    """
    for kind, tells in _BEGINNINGS.items():
        if any(beginning.startswith(told, at) for at, told in tells) and not _is_npz(beginning):
            what, instead = _CALLED[kind], _INSTEAD.get(kind, _GIVE)
            raise DataError(
                ko=f"{path}: 장갑 녹화가 아니라 {what.ko} 파일입니다. {instead.ko}",
                en=f"{path}: {what.en}, not a recording of the glove. {instead.en}",
            )


def _is_npz(beginning: bytes) -> bool:
    """Whether it is an archive of NumPy's arrays: a zip file whose first entry is one."""
    n = int.from_bytes(beginning[26:28], "little")
    return beginning.startswith(b"PK\x03\x04") and beginning[30 : 30 + n].endswith(b".npy")


def empty(path: Path) -> JihwaError:
    """Nothing is in it, or nothing but blank lines."""
    if path == STDIN:
        return DataError(
            ko="-: 표준 입력에 아무것도 오지 않았습니다. 장갑이 꽂혀 있고 앞의 프로그램이 보내는지 "
            "확인하세요.",
            en="-: nothing came on the standard input. Check that the glove is plugged in and the "
            "program before this one sends.",
        )
    return DataError(
        ko=f"{path}: 빈 파일입니다. 녹화가 저장되었는지 확인하세요.",
        en=f"{path}: the file is empty. Check that the recording was saved.",
    )


def damaged(path: Path) -> JihwaError:
    """It is compressed, and cannot be inflated to its end."""
    return HoledError(
        ko=f"{path}: 압축 파일이 잘렸거나 손상되었습니다. 원본을 다시 받으세요.",
        en=f"{path}: the compressed file is cut short or damaged. Get it again.",
    )


def no_samples(path: Path, report: Report) -> JihwaError:
    """It was read to its end, and this was found."""
    if report.is_cut:
        return damaged(path)
    if not report.lines:
        return DataError(
            ko=f"{path}: 표본이 하나도 없는 녹화입니다. 녹화를 다시 하세요.",
            en=f"{path}: a recording without a sample. Record it again.",
        )
    if report.is_blank:
        return empty(path)
    if report.unseen:
        return DataError(
            ko=f"{path}: 화면 {report.unseen}개 어디에도 손이 보이지 않습니다. 손 전체가 밝게 "
            "보이도록 다시 찍으세요.",
            en=f"{path}: none of {report.unseen} picture(s) shows a hand. Take it again, with the "
            "whole hand in the picture and enough light.",
        )
    named = (guess_type(path.name)[0] or "").partition("/")[0]
    if called := _CALLED.get(named):
        return DataError(
            ko=f"{path}: 이름은 {called.ko} 파일이지만 내용은 그렇지 않습니다. 잘렸거나 손상된 "
            "듯하니 원본을 다시 받으세요.",
            en=f"{path}: by its name {called.en}, but its content is none: it seems to be cut "
            "short or damaged. Get it again.",
        )
    told = found(report)
    kind = HoledError if report.damaged else DataError
    if report.keys or (report.described and not report.headers):
        return kind(f"{path}: {told.ko}", f"{path}: {told.en}")
    if report.headers and not report.damaged:
        return DataError(
            ko=f"{path}: 머리줄뿐이고 그 뒤에 기록된 것이 없습니다. 장갑이 보내는지 확인하고 다시 "
            "녹화하세요.",
            en=f"{path}: only a header, and nothing was recorded after it. Check that the glove "
            "sends, and record it again.",
        )
    if report.headers:
        return kind(
            ko=f"{path}: 머리줄은 있지만 읽을 수 있는 표본이 없습니다 ({report.damaged}줄 손상). "
            f"{told.ko}",
            en=f"{path}: a header but no readable sample ({report.damaged} damaged lines). "
            f"{told.en}",
        )
    return kind(
        ko=f"{path}: {report.lines}줄 가운데 장갑의 머리줄이 없습니다. 첫 줄은 "
        f"timestamp,pitch,roll,yaw,…,flex1,…,flex5와 같아야 합니다. {told.ko}",
        en=f"{path}: no header of the glove in {report.lines} line(s). The first line should be "
        f"like timestamp,pitch,roll,yaw,…,flex1,…,flex5. {told.en}",
    )
