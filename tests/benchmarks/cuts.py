"""Ways to cut a signal into holds that need no choice: the likeliest one, or any given spans."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from jihwa.data.signal.frames import Frames
from jihwa.models.hold_network import STEP_S
from jihwa.recognizer.events import Boundary, Segment, Tempo
from jihwa.recognizer.segmenter import LONGEST_MOVEMENT_S, TEMPO_HOLDS, TEMPO_PRIOR


def likeliest_segments(boundaries: Sequence[Boundary]) -> list[Segment]:
    """The likeliest way to cut a whole signal, whatever the letters (Viterbi)."""
    best = [0.0]
    chosen: list[Segment] = []
    for end, segments in enumerate(boundaries, 1):
        possible = [segment for segment in segments if segment.spans <= end]
        scores = [best[end - segment.spans] + segment.log_prob for segment in possible]
        best.append(max(scores))
        chosen.append(possible[scores.index(best[-1])])
    path: list[Segment] = []
    while chosen:
        path.append(chosen[-1])
        del chosen[len(chosen) - path[-1].spans :]
    return path[::-1]


def likeliest_boundaries(boundaries: Sequence[Boundary]) -> list[Boundary]:
    """The likeliest cut as boundaries that offer nothing else."""
    return [(replace(each, spans=1, log_prob=0.0),) for each in likeliest_segments(boundaries)]


def cut(frames: Frames, spans_s: Iterable[tuple[float, float]]) -> list[Boundary]:
    """One segment from each first to each last moment, all of them in order.

    A single frame lasts a step: none is known to be shorter.
    """
    segments: list[Segment] = []
    time_s, behind_s = frames.time_s, -np.inf
    for start_s, end_s in spans_s:
        rows = (time_s >= start_s) & (time_s <= end_s)
        end_s = max(end_s, start_s + STEP_S)
        segments.append(Segment(start_s, end_s, max(start_s - behind_s, STEP_S), frames[rows]))
        behind_s = end_s
    return with_tempo(segments)


def with_tempo(segments: Iterable[Segment]) -> list[Boundary]:
    """Segments that know the wearer's tempo as the project's own segmenter tells it."""
    known = deque([Tempo()] * TEMPO_PRIOR)
    boundaries: list[Boundary] = []
    for segment in segments:
        tempo = Tempo(median(t.hold_s for t in known), median(t.gap_s for t in known))
        boundaries.append((replace(segment, tempo=tempo),))
        if segment.gap_s < LONGEST_MOVEMENT_S:
            known.append(Tempo(segment.end_s - segment.start_s, segment.gap_s))
        if len(known) > TEMPO_PRIOR + TEMPO_HOLDS:
            del known[TEMPO_PRIOR]
    return boundaries
