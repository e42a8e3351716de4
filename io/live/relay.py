"""Hands the growing text on to whoever follows it, and does without those who fail."""

from collections.abc import Callable, Sequence

from jihwa.composer.text.transcript import Transcript, Update
from jihwa.data.messages import JihwaError, Message
from jihwa.io.engine import Sink
from jihwa.recognizer.events import Emission


class Relay:
    """A sink for many sinks, none of which can harm the text.

    Args:
        sinks: They.
        notice: Is told about one that failed.
    """

    def __init__(self, sinks: Sequence[Sink], notice: Callable[[Message], None]) -> None:
        self._sinks = list(sinks)
        self._notice = notice

    def update(self, update: Update, emission: Emission | None) -> None:
        """Tell all of them that the text has changed."""
        self._tell(lambda sink: sink.update(update, emission))

    def finish(self, transcript: Transcript) -> None:
        """Tell all of them that this is the text."""
        self._tell(lambda sink: sink.finish(transcript))

    def _tell(self, news: Callable[[Sink], None]) -> None:
        for sink in list(self._sinks):
            try:
                news(sink)
            except Exception as error:  # an isolation boundary: no sink may end the session
                self._sinks.remove(sink)
                self._notice(_dropped(sink, error))


def _dropped(sink: Sink, error: Exception) -> Message:
    if isinstance(error, JihwaError):
        return error.message
    name, why = type(sink).__name__, f"{type(error).__name__}: {error}"
    return Message(
        ko=f"{name}에 글을 넘기지 못해 뺐습니다 ({why}). 글은 그대로이며 계속 쓸 수 있습니다. "
        "다시 쓰려면 프로그램을 다시 시작하세요.",
        en=f"{name} cannot take the text and was left out ({why}). The text is safe and typing "
        "goes on. Start the program again to use it.",
    )
