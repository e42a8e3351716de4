"""Reads stored emissions with the first decoder; `foundation.py` runs it with that one's packages.

Prints a JSON object a text: what it came out as, and the seconds of each emission.
"""

import json
import sys
import time

import numpy as np

from jihwa.composer.composer import Composer
from jihwa.composer.language.ngram import LanguageModel
from jihwa.data.alphabet import Alphabet
from jihwa.data.signal.frames import Frames
from jihwa.recognizer.events import Emission, Segment


def main() -> None:
    """Read every text of the file that is named on the command line."""
    stored = np.load(sys.argv[1])
    names = ("start_s", "end_s", "gap_s", "log_likelihood", "rest", "no_sign")
    emissions = (
        Emission(Segment(start_s, end_s, gap_s, Frames.empty()), row, rest, no_sign)
        for start_s, end_s, gap_s, row, rest, no_sign in zip(
            *(stored[name] for name in names), strict=True
        )
    )
    composer = Composer(Alphabet.load(), LanguageModel.load())
    for length in stored["lengths"].tolist():
        seconds = []
        for _ in range(length):
            emission = next(emissions)
            begin = time.perf_counter()
            composer.feed(emission)
            seconds.append(time.perf_counter() - begin)
        print(json.dumps({"text": composer.flush().text, "seconds": seconds}))


if __name__ == "__main__":
    main()
