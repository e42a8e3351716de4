"""Which of several texts to write: the one with the fewest errors to be expected.

The likeliest text is the one that is most often right as a whole. Where no text is likely, one that
shares its syllables with other likely ones has fewer wrong syllables on average (minimum Bayes
risk; V. Goel and W. Byrne (2000), "Minimum Bayes-risk automatic speech recognition").
"""

from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist


def least_risk(texts: Sequence[str], log_probs: Sequence[float]) -> int:
    """The place of the text whose expected edits, spaces aside, are fewest; of equals the first.

    Args:
        texts: One at least.
        log_probs: Natural log of how likely each is.
    """
    tight = [text.replace(" ", "") for text in texts]
    weights = np.exp(np.array(log_probs) - max(log_probs))  # (N,)
    edits = cdist(tight, tight, scorer=Levenshtein.distance)  # (N, N)
    return int((edits @ weights).argmin())
