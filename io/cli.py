"""The command line: finds the command, speaks the user's language, turns errors into exit codes."""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from importlib import import_module, resources
from typing import Any, ClassVar, NoReturn

from jihwa.composer import kernel
from jihwa.data.messages import JihwaError, Language, Message, UsageError
from jihwa.io import streams
from jihwa.io.failures import explain
from jihwa.io.settings import configuration
from jihwa.io.settings.arguments import Act, Arguments, Command
from jihwa.io.settings.language import UNCHOSEN, preferred, speaker

COMMANDS: Mapping[str, Message] = {
    "demo": Message(ko="함께 온 녹화로 보여 주기", en="watch a shipped recording become text"),
    "type": Message(ko="장갑으로 바로 글 쓰기", en="type live with the glove"),
    "captions": Message(ko="쓰는 글을 남에게 보이기", en="type, and show it to somebody else"),
    "transcribe": Message(ko="장갑 녹화를 글로 옮기기", en="turn recordings into text"),
    "plot": Message(ko="녹화와 글을 그림으로 보기", en="draw a recording and its text"),
    "calibrate": Message(ko="쓰는 사람의 손에 맞추기", en="fit the model to a wearer's hand"),
    "profile": Message(ko="배운 것을 보고 되돌리기", en="see what was learned, and take it back"),
    "phrases": Message(ko="자주 쓰는 문장", en="sentences that are used often"),
    "sessions": Message(ko="실시간으로 쓴 글과 기록", en="what was typed live, and its journals"),
    "config": Message(ko="설정과 그것이 정해진 곳", en="settings, and where each is set"),
    "devices": Message(ko="꽂혀 있는 것과 그 신호", en="what is connected and what it speaks"),
    "doctor": Message(ko="모두 갖추어졌는지 살피기", en="check that all that is needed works"),
    "compose": Message(ko="자모를 이어 글로 엮기", en="compose letters into text"),
    "say": Message(ko="글을 소리 내어 읽기", en="say a text aloud, or into a file"),
    "voices": Message(ko="한국어 목소리 보기", en="list the Korean voices"),
    "simulate": Message(ko="모의 장갑으로 글 쓰기", en="spell a text with a simulated glove"),
    "record": Message(ko="장갑을 녹화하고 데이터 모으기", en="record a glove, or fill a data set"),
    "data": Message(ko="데이터 살피기, 바꾸기, 잇기", en="check, convert, assemble recordings"),
    "evaluate": Message(ko="인식기를 데이터로 재기", en="measure a model on labelled data"),
    "compare": Message(ko="모델을 서로 견주기", en="compare models on labelled data"),
    "tune": Message(ko="모델의 설정 찾기", en="search for the settings of a model"),
    "train": Message(ko="데이터에서 모델 만들기", en="fit a model to labelled data"),
    "export": Message(ko="신경망을 ONNX 파일로 내기", en="write a network as one ONNX file"),
    "lm": Message(ko="언어 모델과 내 낱말", en="language models and words of your own"),
}
"""Each one is a module of `jihwa.io.commands` with `configure`, and `run` if it has no actions."""

_TRAINING = {"compare", "evaluate", "export", "plot", "train", "tune"}
"""Those whose module is in `jihwa.io.commands.training`."""

USAGE, INTERRUPTED = 2, 130
_THREADS = "OPENBLAS_NUM_THREADS"
"""The variable of the environment that NumPy's matrices look at when it is imported."""
COMPLETES = "_ARGCOMPLETE"
"""The variable of the environment by which a shell asks."""
_SubParsers = argparse._SubParsersAction  # the only way to a parser's commands

_KOREAN: Mapping[str, str] = {
    "usage: ": "사용법: ",
    "positional arguments": "인자",
    "options": "선택 사항",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "%(value)r 없음 (%(choices)s 가운데 하나)"
    ),
    "invalid %(type)s value: %(value)r": "읽을 수 없는 값 %(value)r",
    "expected one argument": "값이 없음 (-로 시작하는 값은 --이름=값으로)",
    "expected at most one argument": "값이 없음",
    "expected at least one argument": "값이 없음",
    "expected %s argument": "값이 없음%.0s",  # how many is left out
    "expected %s arguments": "값이 없음%.0s",
    "ignored explicit argument %r": "필요 없는 값 %r",
    "the following arguments are required: %s": "빠진 인자 %s",
    "not allowed with argument %s": "%s와(과) 함께 쓸 수 없음",
    "one of the arguments %s is required": "%s 가운데 하나가 빠짐",
    "unrecognized arguments: %s": "모르는 인자 %s",
}
"""What argparse says by itself, under the names by which it asks gettext for it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `jihwa` with command-line arguments; returns the exit code.

    0 is success, 1 a failure, 2 the user's mistake, 130 an interrupt.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    configured = configuration.read()
    chosen, debug = configured.language or preferred(os.environ), False
    language = chosen or "en"
    try:
        if COMPLETES in os.environ:
            _complete(language)
        streams.prepare()
        with _argparse_speaking(language):
            common, words = _split_common(words, language)
        chosen, debug = getattr(common, "lang", chosen), "debug" in common
        language = chosen or "en"
        with _argparse_speaking(language):
            parser = _parser(words, language, None if chosen else UNCHOSEN)
            if not words:
                parser.print_help(sys.stderr)
                return USAGE
            options = parser.parse_args(words, common)
        if options.needs_configuration:
            configured.check()
        options.resolved = configuration.resolve(options, configured)
        if unfit := kernel.form().unfit:
            streams.warn(unfit.text(language))
        run: Act = options.run
        exit_code = run(options, language) or 0
        sys.stdout.flush()
        return exit_code
    except JihwaError as error:
        _complain(error.message.text(language), debug)
        if chosen is None:
            streams.warn(UNCHOSEN)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        streams.finish()
        return 0
    except OSError as error:
        _complain(explain(error).text(language), debug)
        streams.finish()
        return 1


def _complain(text: str, debug: bool) -> None:
    if debug:
        import traceback

        traceback.print_exc()
    streams.warn(text)


@contextmanager
def _argparse_speaking(language: Language) -> Iterator[None]:
    """Let argparse speak the user's language.

    It asks for every text anew, by the names under which it has imported gettext's functions. What
    gettext itself takes is a compiled file in a folder of the system's layout, chosen by the
    environment, which `--lang` is not.
    """
    if language == "en":
        yield
        return
    asked = vars(argparse)
    before: dict[str, Any] = {name: asked[name] for name in ("_", "ngettext") if name in asked}
    asked["_"] = lambda text: _KOREAN.get(text, text)
    asked["ngettext"] = lambda one, many, n: asked["_"](one if n == 1 else many)
    try:
        yield
    finally:
        asked.update(before)


class _Complaining(argparse.ArgumentParser):
    """An argument parser whose mistakes are `UsageError`s."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments and where help is.

        Raises:
            UsageError: Always.
        """
        raise UsageError(
            ko=f"명령을 이해하지 못했습니다: {_ended(message)} 도움말: {self.prog} --help",
            en=f"cannot understand the command: {_ended(message)} Help: {self.prog} --help",
        )


def _ended(sentence: str) -> str:
    if sentence.endswith("expected one argument"):
        sentence += " (--option=VALUE if it begins with -)"
    return sentence if sentence.endswith("?") else f"{sentence}."


class _Parser(_Complaining):
    """The parser of the program or of one command; its help lists the common options too.

    Commands added to it get a parser of the same class.
    """

    language: ClassVar[Language] = "en"

    def __init__(self, **given: Any) -> None:  # noqa: ANN401  # whatever argparse takes
        super().__init__(**given, add_help=False, allow_abbrev=False)
        text = speaker(self.language)("이 도움말 보이기", "show this help")
        self.add_argument("-h", "--help", action="help", help=text)
        _add_common(self, self.language)

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401
        """As argparse does (from Python 3.14 on by itself), but tell what may have been meant."""
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            if near := get_close_matches(str(value), list(map(str, action.choices or ()))):
                say, meant = speaker(self.language), " / ".join(near)
                error.message = say(
                    f"{value!r} 없음. 혹시 {meant}?",
                    f"there is no {value!r}. Did you mean {meant}?",
                )
            raise


class _KoreanParser(_Parser):
    language = "ko"


_PARSERS: Mapping[Language, type[_Parser]] = {"ko": _KoreanParser, "en": _Parser}


def _split_common(words: list[str], language: Language) -> tuple[argparse.Namespace, list[str]]:
    """The options that may stand anywhere, where given (`lang`, `debug`), and the other words."""
    common = _Complaining(prog="jihwa", add_help=False, allow_abbrev=False)
    _add_common(common, language)
    return common.parse_known_args(words)


def _add_common(parser: argparse.ArgumentParser, language: Language) -> None:
    arguments = Arguments(parser, language)
    arguments.settings("language")
    debug: dict[str, Any] = {"action": "store_true", "default": argparse.SUPPRESS}
    arguments("--debug", "오류의 자세한 경로 보이기", "show tracebacks", **debug)


_MODELS = {
    "jihwa.models": (
        "weights/gaussian24.bundle",
        "weights/landmarks31.bundle",
        "weights/segmenter.bundle",
        "weights/landmarks_segmenter.bundle",
    ),
    "jihwa.composer.language": ("korean.lm", "korean.lexicon"),
}
"""What was learned and ships, by its package."""
_HASH_DIGITS = 12


class _ShowVersion(argparse.Action):
    """Prints the version and ends; what looks it up takes time to import."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from hashlib import sha256

        print(f"jihwa {_version()} ({'compiled' if kernel.form().compiled else 'plain Python'})")
        for package, names in _MODELS.items():
            for name in names:
                content = resources.files(package).joinpath(*name.split("/")).read_bytes()
                digits = sha256(content).hexdigest()[:_HASH_DIGITS]
                print(f"{name.rpartition('/')[2]}  sha256 {digits}")
        parser.exit()


def _version() -> str:
    from importlib.metadata import version

    return version("jihwa")


class _ShowManual(argparse.Action):
    """Prints the manual page of all commands and ends."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from jihwa.io.manual import manual

        language = parser.language if isinstance(parser, _Parser) else "en"
        every = {name: _command_of(_parser([name], language), name) for name in COMMANDS}
        sys.stdout.write(manual(parser, every, _version(), language))
        parser.exit()


def _command_of(parser: argparse.ArgumentParser, name: str) -> argparse.ArgumentParser:
    """The parser of a command of a program's."""
    (commands,) = (each for each in parser._actions if isinstance(each, _SubParsers))
    found: argparse.ArgumentParser = commands.choices[name]
    return found


def _complete(language: Language) -> None:
    """Answer a shell that asks how a command line goes on (argcomplete), and end."""
    import argcomplete

    words = os.environ.get("COMP_LINE", "").split()[1:]
    with suppress(UsageError):  # as far as it is written, it may be wrong
        _, words = _split_common(words, language)
    argcomplete.autocomplete(_parser(words, language))


@contextmanager
def _one_thread() -> Iterator[None]:
    """NumPy, imported meanwhile, multiplies matrices in one thread if nobody has told it else.

    Those of a hold are so small that threads wait for each other, at the full speed of all cores:
    that takes three times the processor's time. Programs that are started later are told nothing.
    """
    told = {_THREADS, "OMP_NUM_THREADS"}.intersection(os.environ)
    os.environ.update({} if told else {_THREADS: "1"})
    yield
    if not told:
        del os.environ[_THREADS]


def _parser(words: Sequence[str], language: Language, epilog: str | None = None) -> _Parser:
    """The parser, whose help ends with an epilog; only the command that is used is imported."""
    say = speaker(language)
    parser = _PARSERS[language](
        prog="jihwa",
        description=say(
            "지화: 장갑으로 쓴 한국어 지문자를 글로 옮깁니다.",
            "jihwa: Korean fingerspelling from a glove to text.",
        ),
        epilog=epilog,
    )
    arguments = Arguments(parser, language)
    arguments(
        "--version",
        "버전과 함께 온 모델의 해시 보이기",
        "show the version, and hashes of the models that ship",
        action=_ShowVersion,
        nargs=0,
    )
    arguments(
        "--man",
        "설명서 출력 (`jihwa --man | man -l -`)",
        "print the manual page (`jihwa --man | man -l -`)",
        action=_ShowManual,
        nargs=0,
    )
    commands = parser.add_subparsers(
        title=say("명령", "commands"), metavar=say("명령", "COMMAND"), required=True
    )
    wanted = next((word for word in words if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=summary.text(language),
            description=summary.text(language),
            epilog=epilog,
        )
        if name == wanted:
            folder = "jihwa.io.commands" + ".training" * (name in _TRAINING)
            with _one_thread():
                module = import_module(f"{folder}.{name}")
            command.set_defaults(run=getattr(module, "run", None), needs_configuration=True)
            module.configure(Command(command, language))
    return parser
