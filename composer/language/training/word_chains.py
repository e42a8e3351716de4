"""Words made of parts, as one automaton: behind every family name, every given name.

The parts are the words of a lexicon; behind the end of one stands the root of the next. Where one
part is the beginning of another (남, 남궁), a text can be read in several ways, so a node of the
automaton is a set of readings with their shares (weighted determinisation: M. Mohri, 1997,
"Finite-state transducers in language and speech processing", section 3.3).
"""

from collections import defaultdict, deque
from collections.abc import Mapping

import numpy as np

from jihwa.composer.language.jamo import BOUNDARY
from jihwa.composer.language.lexicon import PROBS, Lexicon, probability_codes

_Reading = tuple[tuple[int, float], ...]
"""Nodes of the parts, and the share of each; the shares sum to one."""
_DIGITS = 4
"""Of a share: readings that differ less are taken for the same."""


def chained(
    name: str, parts: Lexicon, first: str, following: Mapping[int, Mapping[str, float]]
) -> Lexicon:
    """Everything that can be put together, under one root.

    Args:
        name: The root.
        parts: Words under several roots.
        first: The root of the first parts.
        following: The roots of what comes behind the part that ends at a node, with their shares,
            which sum to one. Parts that end anywhere else end the whole word.
    """
    prob, end_prob = PROBS[parts.prob_codes], PROBS[parts.end_codes]
    readings: deque[_Reading] = deque([((parts.roots[first], 1.0),)])
    seen: dict[_Reading, tuple[int, int, float]] = {}  # children and end of every reading
    tokens, steps, nodes = [int(BOUNDARY)], [1.0], []
    while readings:
        key = reading = readings.popleft()
        if key not in seen:
            ahead: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
            over = 0.0
            for node, share in list(reading):
                end = share * float(end_prob[node])
                behind = following.get(node, {}) if end else {}
                reading += tuple((parts.roots[root], end * p) for root, p in behind.items())
                over += 0.0 if behind else end
            for node, share in reading:
                begin = parts.begins[node]
                for child in range(begin, begin + parts.sizes[node]):
                    ahead[int(parts.tokens[child])][child] += share * prob[child]
            masses = {token: sum(ahead[token].values()) for token in sorted(ahead)}
            total = over + sum(masses.values())
            seen[key] = len(tokens), len(masses), over / total
            for token, mass in masses.items():
                tokens.append(token)
                steps.append(mass / total)
                shares = ((c, round(p / mass, _DIGITS)) for c, p in sorted(ahead[token].items()))
                readings.append(tuple((c, share) for c, share in shares if share))
        nodes.append(seen[key])
    begins, sizes, ends = zip(*nodes, strict=True)
    with np.errstate(divide="ignore"):
        return Lexicon(
            roots={name: 0},
            tokens=np.array(tokens, np.uint8),
            prob_codes=probability_codes(np.log(steps)),
            end_codes=probability_codes(np.log(ends)),
            sizes=np.array(sizes, np.uint8),
            begins=np.array(begins, np.int32),
        )
