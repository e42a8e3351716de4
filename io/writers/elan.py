"""ELAN: an annotation document with the tiers, and a tier of confidences below each."""

from collections.abc import Iterable
from typing import Any, TextIO

from jihwa.io.writers.document import Document
from jihwa.io.writers.tiers import tiers

AUTHOR = "jihwa"


def write_eaf(document: Document, file: TextIO) -> None:
    """An EAF 2.8 document, which every ELAN since 4.7 opens."""
    from pympi import Elan  # what only some need is not loaded for all

    eaf = Elan.Eaf(author=AUTHOR)
    eaf.header.update(MEDIA_FILE="", TIME_UNITS="milliseconds")
    eaf.add_linguistic_type("about", constraints="Symbolic_Association", timealignable=False)
    for tier in tiers(document):
        eaf.add_tier(tier.name)
        for span in tier.spans:
            eaf.add_annotation(tier.name, span.start_ms, span.end_ms, span.text)
        _add_about(eaf, tier.name, "confidence", (f"{s.confidence:.3f}" for s in tier.spans))
        if any(span.candidates for span in tier.spans):
            others = (" ".join(f"{k} {p:.2f}" for k, p in s.candidates) for s in tier.spans)
            _add_about(eaf, tier.name, "candidates", others)
    eaf.remove_tier("default")
    _order_time(eaf)
    file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    file.write(Elan.to_string(eaf) + "\n")


def _add_about(eaf: Any, parent: str, what: str, values: Iterable[str]) -> None:  # noqa: ANN401
    """A tier that says something about every annotation of another one.

    pympi would look for the annotation at a time, through all of them for each.
    """
    name = f"{parent} {what}"
    eaf.add_tier(name, ling="about", parent=parent)
    for annotation, value in zip(eaf.tiers[parent][0], values, strict=True):
        about = eaf.generate_annotation_id()
        eaf.annotations[about] = name
        eaf.tiers[name][1][about] = (annotation, value, None, None)


def _order_time(eaf: Any) -> None:  # noqa: ANN401
    """Number the time slots in the order of time, as the format wants them and pympi does not."""
    in_order = sorted(eaf.timeslots, key=eaf.timeslots.__getitem__)
    name = {slot: f"ts{number}" for number, slot in enumerate(in_order, start=1)}
    eaf.timeslots = {name[slot]: eaf.timeslots[slot] for slot in in_order}
    for aligned, *_ in eaf.tiers.values():
        for annotation, (start, end, value, image) in aligned.items():
            aligned[annotation] = (name[start], name[end], value, image)
