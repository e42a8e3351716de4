"""Where wearer profiles are kept: by name in the user's data folder, or wherever a path says."""

from datetime import datetime
from pathlib import Path

from jihwa.data.alphabet import Alphabet
from jihwa.data.files import is_hidden
from jihwa.data.messages import DataError, UsageError
from jihwa.io.user import storage
from jihwa.recognizer.profile import Profile
from jihwa.recognizer.profile_format import from_json, to_json

SUFFIX = ".json"
KINDS = ("phrases", "words", "history")
"""What a wearer keeps beside their hand."""


def folder() -> Path:
    """The folder of the stored profiles, which may not exist yet."""
    return storage.folder() / "profiles"


def path_of(name: str) -> Path:
    """The file of a profile that was given by name or by path.

    Raises:
        UsageError: It is neither.
    """
    if name.endswith(SUFFIX) or Path(name).name != name:
        return Path(name)
    if name in ("", ".", ".."):
        raise UsageError(
            ko=f"'{name}'은(는) 프로필 이름이 될 수 없습니다. 이름이나 .json 파일을 주세요.",
            en=f"'{name}' cannot name a profile. Give a name or a .json file.",
        )
    return folder() / f"{name}{SUFFIX}"


def file_of(kind: str, name: str | None) -> Path:
    """The file of what a wearer keeps beside their hand, or everybody; it may not exist yet.

    Args:
        kind: One of `KINDS`.
        name: Name or file of the wearer's profile; None for everybody.

    Raises:
        UsageError: The name cannot be that of a profile.
    """
    kept = storage.folder()
    return kept / f"{kind}.txt" if name is None else kept / kind / f"{path_of(name).stem}.txt"


def names() -> list[str]:
    """The names of the stored profiles, in order."""
    found = folder().glob(f"*{SUFFIX}")
    return sorted(path.stem for path in found if not is_hidden(path.name))


def load(name: str, alphabet: Alphabet | None = None) -> Profile:
    """Read a profile.

    Args:
        name: Its name or path.
        alphabet: The alphabet that it has to be for.

    Raises:
        UsageError: There is none.
        DataError: It is damaged, of another version, or of another alphabet.
    """
    path = path_of(name)
    try:
        text = path.read_bytes().decode(errors="replace")
    except OSError as error:
        stored = " ".join(names())
        raise UsageError(
            ko=f"{path}: 프로필을 열 수 없습니다 ({error.strerror}). `jihwa calibrate`로 만들거나 "
            f"저장된 프로필을 고르세요: {stored or '(없음)'}",
            en=f"{path}: the profile cannot be opened ({error.strerror}). Make it with "
            f"`jihwa calibrate`, or choose a stored one: {stored or '(none)'}",
        ) from error
    profile = from_json(text, str(path))
    if alphabet and profile.signs != alphabet.signs:
        raise DataError(
            ko=f"{path}: 글자표 {profile.alphabet}({len(profile.signs)}자)의 프로필인데 모델은 "
            f"{alphabet.name}({len(alphabet.signs)}자)을 읽습니다. --model로 맞는 모델을 주거나 "
            "다른 프로필을 쓰세요.",
            en=f"{path}: a profile of the alphabet {profile.alphabet} ({len(profile.signs)} "
            f"signs), but the model reads {alphabet.name} ({len(alphabet.signs)}). Give the "
            "matching model with --model, or use another profile.",
        )
    return profile


def load_or_new(name: str, alphabet: Alphabet) -> Profile:
    """Read a profile; an empty one if there is none yet.

    Raises:
        UsageError: It cannot be opened, or its folder does not exist.
        DataError: It is damaged, of another version, or of another alphabet.
    """
    path = path_of(name)
    if path.exists():
        return load(name, alphabet)
    if path.parent != folder() and not path.parent.is_dir():
        raise UsageError(
            ko=f"{path.parent}: 그런 폴더가 없습니다. 만들거나 --profile을 확인하세요.",
            en=f"{path.parent}: no such folder. Make it, or check --profile.",
        )
    return Profile.empty(alphabet)


def now() -> str:
    """The date and time of a step, ISO 8601."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def save(name: str, profile: Profile) -> None:
    """Write a profile, readable for the user alone; what was there is replaced as a whole."""
    path = path_of(name)
    if path.parent == folder():
        storage.make_folder(path.parent)
    storage.keep(path, to_json(profile).encode())


def existing(name: str) -> Path:
    """The file of a profile.

    Raises:
        UsageError: There is none.
        DataError: A file outside the folder of profiles is none.
    """
    path = path_of(name)
    if path.parent != folder() or not path.is_file():
        load(name)
    return path
