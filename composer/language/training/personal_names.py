"""Personal names, learned from lists of titles: which are names, and how names are made.

A title of three syllables is the name of a person (family name, given name of two syllables) or
anything else. Expectation-maximisation finds both at once: how often titles that begin with a
syllable are names, which given names there are, and what other titles look like. It starts from a
few known family and given names, and finds the other ones.

All names are one automaton: behind every family name stand the given names. Where one part is the
beginning of another (남, 남궁), a text can be read in several ways, so a node of the automaton is a
set of readings with their shares (weighted determinisation: M. Mohri, 1997, "Finite-state
transducers in language and speech processing", section 3.3).
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

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
            total = over + sum(masses.values()) or 1.0  # there may be nothing at all
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


_Numbers = NDArray[np.intp]
_Values = NDArray[np.float64]

NAME_LENGTH = 3
"""Syllables of the names that are learned from."""
_ROUNDS, _SEED_ROUNDS = 30, 10
"""Of expectation-maximisation, and how many of them look at the known family names only."""
_NAME_SMOOTHING, _TITLE_SMOOTHING = 8.0, 30.0
"""How many syllables of any kind are thought to stand behind each syllable, beside those seen."""
_UNSEEN = 0.02
"""How often every syllable is thought to stand in each place, beside those seen."""
_CERTAIN = 0.9
"""Least probability of a name whose both parts are known."""
_BEGUN = 0.4
"""Probability, to begin with, of a name of which only the family name is known."""
_LEAST_SHARE = 0.05
"""How many titles that begin with a syllable are names at least, once every syllable may be a
family name: those that are not known have hardly any until then."""

_SINGLE, _COMPOUND = 0.02, 0.01
"""Shares of given names of one syllable and of family names of two: a judgement, since titles of
two and of four syllables are seldom names."""
_OWN_TABLE = 15.0
"""Names with a first given syllable that it takes to say what stands behind that one."""
_LEAST = 2e-5
"""Probability below which a syllable is left out of a table."""
_LEAST_FAMILY = 3e-5


@dataclass(frozen=True, slots=True)
class NameStatistics:
    """What names are made of; probabilities, in the order of the syllables.

    Attributes:
        syllables: (S,) the syllables that occur.
        family: (S,) of a family name.
        first: (S,) of the first syllable of a given name.
        second: (S, S) of the second one behind it.
        weight: (S,) how many names have the first one.
        names: The titles that are more likely names than not.
    """

    syllables: list[str]
    family: _Values
    first: _Values
    second: _Values
    weight: _Values
    names: frozenset[str]


def learn_names(
    titles: Iterable[str], families: Collection[str], given: Collection[str]
) -> NameStatistics:
    """Learn from titles (of any length; the rest is ignored) and some known names."""
    names = sorted({title for title in titles if len(title) == NAME_LENGTH})
    syllables = sorted({syllable for name in names for syllable in name})
    number = {syllable: i for i, syllable in enumerate(syllables)}
    a, b, c = np.array([[number[syllable] for syllable in name] for name in names]).T  # (N,) each
    is_family = np.isin(syllables, list(families))[a]
    is_known = is_family & np.isin([name[1:] for name in names], list(given))
    n = len(syllables)

    def behind(
        one: NDArray[np.intp], other: NDArray[np.intp], weight: _Values, k: float
    ) -> _Values:
        """(S, S) probability of every syllable behind every one."""
        counts = np.bincount(one * n + other, weight, n * n).reshape(n, n)
        table: _Values = counts + k * _shares(other, weight, n)
        table /= counts.sum(axis=1)[:, None] + k
        return table

    weight = np.where(is_known, _CERTAIN, _BEGUN * is_family)
    for i in range(_ROUNDS):
        counted = weight * is_family if i < _SEED_ROUNDS else weight
        first, second = _shares(b, counted, n), behind(b, c, counted, _NAME_SMOOTHING)
        name = first[b] * second[b, c]
        title = behind(a, b, 1 - weight, _TITLE_SMOOTHING)[a, b]
        title *= behind(b, c, 1 - weight, _TITLE_SMOOTHING)[b, c]
        share = (np.bincount(a, weight, n) + _UNSEEN) / (np.bincount(a, minlength=n) + 2)
        share = np.where(i == _SEED_ROUNDS, np.maximum(share, _LEAST_SHARE), share)[a]
        weight = share * name / (share * name + (1 - share) * title)
        weight = np.where(is_known, np.maximum(weight, _CERTAIN), weight)
    return NameStatistics(
        syllables=syllables,
        family=_shares(a, weight, n),
        first=_shares(b, weight, n),
        second=behind(b, c, weight, _NAME_SMOOTHING),
        weight=np.bincount(b, weight, n).astype(np.float64),
        names=frozenset(name for name, w in zip(names, weight.tolist(), strict=True) if w > 0.5),
    )


def persons(statistics: NameStatistics, families: Collection[str]) -> Lexicon:
    """All names under the root `persons`; family names of two syllables are taken from a list."""
    s = statistics
    own = [i for i in range(len(s.syllables)) if s.weight[i] >= _OWN_TABLE]
    last = s.weight @ s.second / s.weight.sum()  # (S,) of any second syllable
    single = (s.first + last) / 2
    compound = [family for family in families if len(family) > 1]
    family = {name: p * (1 - _COMPOUND) for name, p in _table(s, s.family, _LEAST_FAMILY).items()}
    for name in families:
        family[name] = family.get(name, _LEAST_FAMILY)
    family |= dict.fromkeys(compound, _COMPOUND / max(len(compound), 1))
    parts = {
        "family": family,
        "first": _table(s, s.first, _LEAST),
        "second": _table(s, last, _LEAST),
        "single": _table(s, single, _LEAST),
        **{s.syllables[i]: _table(s, s.second[i], _LEAST) for i in own},
    }
    lexicon = reduce(or_, (Lexicon.of_words(name, words) for name, words in parts.items()))
    given = {"first": 1 - _SINGLE, "single": _SINGLE}
    following = {lexicon.node("family", name): given for name in family}
    for syllable in parts["first"]:
        table = syllable if syllable in parts else "second"
        following[lexicon.node("first", syllable)] = {table: 1.0}
    return chained("persons", lexicon, "family", following)


def _table(s: NameStatistics, probs: _Values, least: float) -> dict[str, float]:
    pairs = zip(s.syllables, probs.tolist(), strict=True)
    return {syllable: p for syllable, p in pairs if p >= least}


def _shares(syllables: _Numbers, weight: _Values, n: int) -> _Values:
    """(S,) how often each of n syllables occurs."""
    shares: _Values = np.bincount(syllables, weight, n).astype(np.float64) + _UNSEEN
    shares /= shares.sum()
    return shares
