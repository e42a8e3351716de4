"""A reader who follows texts that are shown sign by sign."""

import functools

from emissions import OWN, shown

from jihwa.composer.composer import Composer
from jihwa.composer.language.mixture import Mixture
from jihwa.composer.text.transcript import TextEdit


@functools.cache
def model():
    return Mixture.load()


class Reader:
    """Follows a composer as a screen does: by its edits alone."""

    def __init__(self, alphabet=OWN, options=None, abbreviations=None):
        self.composer = Composer(alphabet, model(), options, abbreviations=abbreviations)
        self.text = self.committed = self.preedit = ""
        self.decided, self.commands = [], []

    def follow(self, update):
        self.text = update.edit.apply(self.text)
        self.committed = TextEdit(update.withdrawn, update.committed).apply(self.committed)
        self.preedit = update.preedit
        assert self.text == self.committed + self.preedit
        self.decided += update.decided
        self.commands += [update.command] if update.command else []
        return update

    def feed(self, boundaries):
        """Feed single emissions, and tuples of those that end together."""
        for ending in boundaries:
            self.follow(self.composer.feed(*(ending if isinstance(ending, tuple) else (ending,))))
        return self

    def flush(self):
        transcript = self.composer.flush()
        self.text = transcript.edit.apply(self.text)
        assert self.text == transcript.text
        assert " ".join(word.text for word in transcript.words) == transcript.text
        self.decided += transcript.decided
        return transcript


def read(story, alphabet=OWN):
    reader = Reader(alphabet).feed(shown(story, alphabet))
    return reader.flush()
