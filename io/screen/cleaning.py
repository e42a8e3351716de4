"""The boundary to the terminal: a state of which everything may be written there."""

from dataclasses import replace

from jihwa.data.messages import Message
from jihwa.io.live.state import LiveState, Page
from jihwa.io.screen.text import clean


def cleaned(state: LiveState) -> LiveState:
    """The state without anything that could do something to a terminal but be read."""
    connection = state.connection
    return replace(
        state,
        connection=replace(
            connection,
            device=clean(connection.device),
            reason=connection.reason and clean_message(connection.reason),
        ),
        signal=replace(state.signal, faults=tuple(map(clean_message, state.signal.faults))),
        page=_clean_page(state.page),
        calibration=state.calibration
        and replace(
            state.calibration,
            feedback=state.calibration.feedback and clean_message(state.calibration.feedback),
        ),
        notices=tuple(map(clean_message, state.notices)),
    )


def clean_message(message: Message) -> Message:
    """A message that may be written to a terminal."""
    return Message(ko=clean(message.ko), en=clean(message.en))


def clean_lines(text: str) -> str:
    """A text of several lines that may be written to a terminal."""
    return "\n".join(map(clean, text.split("\n")))


def _clean_page(page: Page) -> Page:
    return replace(
        page,
        committed=clean_lines(page.committed),
        preedit=clean_lines(page.preedit),
        words=tuple(replace(word, text=clean(word.text)) for word in page.words),
        candidates=tuple(replace(each, text=clean(each.text)) for each in page.candidates),
    )
