"""Samples whose values stand behind their names: JSON, and lines such as `flex1:826 flex2:808`."""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from jihwa.data.formats.layout import PROMPT

_KEY = re.compile(r"(?<![\w.])([^\W\d](?:[\w .()\[\]%°/²^-]*[\w)\]%])?) *[:=] *")
_BETWEEN = re.compile(r"[\s,;|]+")
LEAST_NAMED = 3
"""A line of fewer names and values is a message to people."""

_LOOKED_AT = 10
"""Lines that tell whether each is an object by itself."""
_ROWS = re.compile(r"\[\s*(?=[\[{])")


def is_object(text: str) -> bool:
    """Whether a line is JSON or nearly so, maybe behind other words, or names with their values."""
    if text.lstrip("- ").startswith("{"):
        return True
    if '{"' in text:
        return text.rstrip(",] ").endswith("}")
    return PROMPT.sub("", text)[:1].isalpha() and len(_named(text)) >= LEAST_NAMED


def object_in(text: str) -> dict[str, Any]:
    """What such a line tells.

    Raises:
        ValueError: It is neither.
        RecursionError: It is nested too deeply.
    """
    if (begin := text.find("{")) < 0:
        return _named(text)
    body = text[begin : text.rfind("}") + 1]
    try:
        told: dict[str, Any] = json.loads(body)
    except ValueError:
        if '"' in body:
            raise
        told = _named(body.strip("{} ").replace("'", "").replace("[", "").replace("]", ""))
    return told


def _named(text: str) -> dict[str, Any]:
    """Names and what stands behind each; empty where the line is not made of them."""
    before, *parts = _KEY.split(PROMPT.sub("", text))
    values = [_BETWEEN.split(value.strip(" \t,;|")) for value in parts[1::2]]
    n_numbers = sum(value[0][:1].isdigit() or value[0][:1] in "-+." for value in values)
    if before or 2 * n_numbers < len(values):
        return {}
    return {
        name: value[0] if len(value) == 1 else value
        for name, value in zip(parts[::2], values, strict=True)
    }


def is_document(beginning: bytes) -> bool:
    """Whether a file that begins so is one JSON document, and no lines.

    Args:
        beginning: Its first bytes, more than a line may have.
    """
    marks = codecs.BOM_UTF8 + codecs.BOM_UTF16
    text = beginning.lstrip(marks).replace(b"\0", b"")  # as of UTF-16
    begins = text.translate(None, b" \t\r\n")
    _, _, value = begins.partition(b":")
    if begins.startswith((b"[{", b"[[")) or (begins.startswith(b'{"') and value[:1] in b"[{"):
        return True
    return begins.startswith(b'{"') and not _is_json(text.lstrip().partition(b"\n")[0])


def lines_of_document(content: bytes) -> bytes:
    """What a JSON document tells, as lines; of one that is cut short, all before that.

    Anything else stays as it is.
    """
    try:
        entries = _entries(json.loads(content))
        rest = ""
    except (ValueError, RecursionError):
        lines = content.splitlines()[1:_LOOKED_AT]
        if any(_is_json(line.strip(b" ,")) and b":" in line and b"{" in line for line in lines):
            return content
        entries, rest = _whole_entries(content.decode(errors="replace"))
        if not entries:
            return content
        entries = _entries(entries)
    return b"".join(f"{line}\n".encode() for line in (*map(json.dumps, entries), rest) if line)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _whole_entries(text: str) -> tuple[list[object], str]:
    """The entries of the first array that are whole, and what comes behind them."""
    decoder, entries = json.JSONDecoder(), list[object]()
    match = _ROWS.search(text)
    at = match.end() if match else len(text)
    while text[at : at + 1] in ("{", "["):
        try:
            entry, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        entries.append(entry)
        at = end + len(text[end:]) - len(text[end:].lstrip(" \t\r\n,"))
    return entries, " ".join(text[at:].split())


def _entries(document: Any) -> list[Any]:  # noqa: ANN401  # JSON
    """What a document tells one after the other.

    It is an array of objects, or of rows below their names; or an object that has such an array,
    or columns, somewhere in it.
    """
    if isinstance(document, list):
        names = document[0] if document else None
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return [dict(zip(names, row, strict=False)) for row in document[1:]]
        return document
    if not isinstance(document, dict):
        return [document]
    arrays = dict(_arrays(document))
    tables = [each for each in arrays.values() if isinstance(each[0], dict | list)]
    if tables:
        table = max(tables, key=len)
        names = next((each for each in arrays.values() if len(each) == len(table[0])), None)
        has_names = isinstance(table[0], list) and names and isinstance(names[0], str)
        return _entries([names, *table] if has_names else table)
    n = max(map(len, arrays.values()), default=0)
    columns = {name: each for name, each in arrays.items() if len(each) == n}
    if len(columns) > 1:
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    within = [_entries(each) for each in document.values() if isinstance(each, dict)]
    longest = max(within, key=len, default=[])
    return longest if len(longest) > 1 else [document]


def _arrays(document: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """The arrays in an object, and what is numbered in it like one, if they hold anything."""
    for name, each in document.items():
        if isinstance(each, list) and each:
            yield name, each
        elif isinstance(each, dict) and each and all(map(str.isdigit, each)):
            yield name, list(each.values())
