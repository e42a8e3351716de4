"""The form of the API, as OpenAPI 3.1; what is in the transcript files too has their schema."""

from collections.abc import Mapping
from typing import Any

from jihwa.io.sources.source import Link
from jihwa.io.web.requests import ANSWER_CHARACTERS, MOST_CHARACTERS
from jihwa.io.writers.plain import schema

Schema = Mapping[str, Any]

_SCHEMAS = "#/components/schemas/"
_ALWAYS, _OF_JSON, _OF_POSTS = (400, 401, 403, 421, 429), (408, 415), (413, 503)
_ABOUT = """\
Programs show the key of the file captions.key in jihwa's data folder, which only the user can read.
Readers come with a ticket and keep a cookie; they may read, and ten times in ten seconds answer or
have the text spoken. What writes answers at once, and is done in its order. A host name that is not
the server's is refused with 421, an Origin that is not with 403, and after 20 wrong keys in a
minute more of them with 429. Why is told as JSON, of what is not HTTP as plain text with 400.
"""
_EVENTS = """\
Every message is an Event, the first one the whole state. `seq` goes up by one from each commit,
preedit or connection to the next; candidates and alive repeat the last one. Whoever reads too
slowly gets the whole state instead of what was missed. Nothing is to be sent. The server closes
with 1001 when the program ends.
"""
_CHOICE: Schema = {
    "word": {"type": "integer", "description": "Its place among the state's words, from 0 on."},
    "was": {"type": "string", "description": "The word there; 409 if it is another by now."},
    "text": {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS},
}
_OFFERED: Schema = {
    "word": {"type": "integer", "description": "Which word it becomes; behind the last, the next."},
    "text": {"type": "string"},
}
_NAME: Schema = {
    "name": "name",
    "in": "query",
    "description": "What the recording is called.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "default": "recording.csv"},
}


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    answer = {"type": "string", "minLength": 1, "maxLength": ANSWER_CHARACTERS}
    text = {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS}
    enter = _post("Exchange the ticket of an address for a reader's cookie.", {"ticket": answer})
    enter["security"] = []
    enter["responses"].pop("202")
    enter["responses"]["204"] = {"description": "The cookie is set."}
    paths = {
        "state": {"get": _get("The text, and how the glove is.", 200, "State")},
        "events": {"get": _get("A WebSocket.", 101, "Event", 426, 503) | {"description": _EVENTS}},
        "enter": {"post": enter},
        "answer": {"post": _post("Show an answer on the signer's screen.", {"text": answer}, 422)},
        "speak": {"post": _post("Say the last sentence on the signer's computer.", None, 409)},
        "type": {"post": _post("Write at the cursor, as the keyboard does.", {"text": text})},
        "accept": {"post": _post("Write one of the completions of the state.", _OFFERED, 409)},
        "choose": {"post": _post("Rewrite one of the words of the state.", _CHOICE, 409, 422)},
        "undo": {"post": _post("Take back the last change, if there is one.")},
        "clear": {"post": _post("Take back the text; undo brings it back.")},
        "transcribe": {"post": _transcribe()},
    }
    refused = _answer(
        "Why, in both languages.", _object({"ko": {"type": "string"}, "en": {"type": "string"}})
    )
    plain = {"text/plain": {"schema": {"type": "string"}}}
    misread = refused | {"content": refused["content"] | plain}
    return {
        "openapi": "3.1.0",
        "info": {"title": "jihwa captions", "version": "1", "description": _ABOUT},
        "security": [{"key": []}],
        "paths": {f"/v1/{name}": path for name, path in paths.items()},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "responses": {"Refused": refused, "Misread": misread},
            "schemas": _schemas(),
        },
    }


def _schemas() -> dict[str, Any]:
    """The state and its events, and the transcript with what they have in common."""
    transcript = _moved(schema())
    parts = transcript.pop("$defs")
    del transcript["$schema"], transcript["$id"]
    shared = transcript["properties"]
    candidate = shared["candidates"]["items"]
    seq = {"seq": {"type": "integer", "minimum": 0, "description": "Of the last change."}}
    text, preedit = {"type": "string"}, {"preedit": {"type": "string"}}
    connection = {
        "link": {"enum": [link.name.lower() for link in Link]},
        "ready": {"type": "boolean", "description": "Whether the models are loaded."},
        "paused": {"type": "boolean"},
    }
    words = {
        "words": shared["words"],
        "selected": {"type": ["integer", "null"], "description": "The word being chosen."},
        "candidates": {
            "description": "What the selected word, or else the last one, may be.",
            "type": "array",
            "items": candidate,
        },
        "completions": {
            "description": "What the last word may become, or the next one be; likeliest first.",
            "type": "array",
            "items": _object({**_OFFERED, "log_prob": candidate["properties"]["log_prob"]}),
        },
    }
    of_text = {"session": {"type": "string"}, "committed": text, **preedit, **connection}
    state = _object({"type": {"const": "state"}, **seq, **of_text, **words})
    state["required"] = ["type", *seq, *of_text]  # readers are told no words
    kinds: Mapping[str, Schema] = {
        "commit": {"delete": {"type": "integer", "minimum": 0}, "insert": text, **preedit},
        "preedit": preedit,
        "connection": connection,
        "candidates": words,
        "alive": {},
    }
    events = [_object({"type": {"const": kind}, **seq, **kinds[kind]}) for kind in kinds]
    either = {"oneOf": [{"$ref": _SCHEMAS + "State"}, *events]}
    return {**parts, "Transcript": transcript, "State": state, "Event": either}


def _moved(part: Any) -> Any:  # noqa: ANN401  # whatever JSON holds
    """A part of the transcript's schema, for the place of its definitions here."""
    if isinstance(part, dict):
        return {
            key: value.replace("#/$defs/", _SCHEMAS) if key == "$ref" else _moved(value)
            for key, value in part.items()
        }
    return [_moved(each) for each in part] if isinstance(part, list) else part


def _transcribe() -> dict[str, Any]:
    binary = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    about = "One at a time, at most 64 MB; it ends when the client goes away."
    read = _get("Read a recording, as `jihwa transcribe` does.", 200, "Transcript", 408, 422)
    read["responses"] |= _refusals(*_OF_POSTS)
    return {**read, "description": about, "parameters": [_NAME], "requestBody": {"content": binary}}


def _get(summary: str, status: int, name: str, *refused: int) -> dict[str, Any]:
    told = _answer("As it is now.", {"$ref": _SCHEMAS + name})
    return {"summary": summary, "responses": {str(status): told, **_refusals(*_ALWAYS, *refused)}}


def _post(summary: str, fields: Schema | None = None, *refused: int) -> dict[str, Any]:
    """An operation that writes, given an object of these fields."""
    done = _answer("It will be done.", {"type": "object", "maxProperties": 0})
    statuses = (*_ALWAYS, *_OF_POSTS, *(_OF_JSON if fields else ()), *refused)
    told: dict[str, Any] = {
        "summary": summary,
        "responses": {"202": done, **_refusals(*statuses)},
    }
    if fields:
        content = {"application/json": {"schema": _object(fields)}}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _object(fields: Schema) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [*fields],
        "additionalProperties": False,
        "properties": fields,
    }


def _answer(description: str, content: Schema) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": content}}}


def _refusals(*statuses: int) -> dict[str, Any]:
    names = {status: "Misread" if status == 400 else "Refused" for status in statuses}
    return {str(status): {"$ref": f"#/components/responses/{names[status]}"} for status in statuses}
