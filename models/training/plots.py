"""Figures of an evaluation and of a training run, as PNG."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from jihwa.models.training.canvas import BLUE, GREY, ORANGE, PALE_BLUE, PALE_GREY, canvas, label
from jihwa.models.training.evaluation import CALIBRATION_BINS, Predictions, recall
from jihwa.models.training.runs import Epoch

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SIGN_IN = 0.34
"""Room for a sign along an axis, inches."""


def evaluation_figures(answers: Predictions, signs: Sequence[str], folder: Path) -> None:
    """Draw all that can be seen of an evaluation.

    Args:
        answers: What was answered.
        signs: The signs of the alphabet; those without a hold are not drawn.
        folder: Where the figures go.
    """
    counts = answers.confusion(len(signs))
    confusion_matrix(counts, signs, folder / "confusion.png")
    confusion_matrix(counts, signs, folder / "confusion_normalised.png", normalised=True)
    accuracy_per_sign(counts, signs, folder / "accuracy_per_sign.png")
    confidence_per_sign(answers, signs, folder / "confidence_per_sign.png")
    confidence_histogram(answers, folder / "confidence_right_wrong.png")
    confidence_scatter(answers, signs, folder / "confidence_scatter.png")
    reliability_diagram(answers, folder / "reliability.png")


def confusion_matrix(
    counts: NDArray[np.int64], signs: Sequence[str], path: Path, *, normalised: bool = False
) -> None:
    """Which sign is taken for which: (S, S) counts, or each row in per cent."""
    asked = counts.sum(axis=1, keepdims=True)  # (S, 1)
    shown = 100 * counts / np.maximum(asked, 1) if normalised else counts
    size_in = 1.6 + _SIGN_IN * len(signs)
    with canvas(path, size_in + 0.6, size_in) as figure:
        axes = figure.subplots()
        image = axes.imshow(shown, cmap="Blues", vmin=0, vmax=max(float(shown.max()), 1.0))
        bar = figure.colorbar(image, ax=axes, shrink=0.6, aspect=30, pad=0.01)
        bar.set_label("% of the sign's holds" if normalised else "holds")
        for row, column in zip(*np.nonzero(np.round(shown)), strict=True):
            value = shown[row, column]
            colour = "white" if value > shown.max() / 2 else "black"
            axes.text(column, row, f"{value:.0f}", ha="center", va="center", color=colour, size=8)
        _name_signs(axes, signs, "x")
        _name_signs(axes, signs, "y")
        axes.set_xticks(np.arange(len(signs)) - 0.5, minor=True)
        axes.set_yticks(np.arange(len(signs)) - 0.5, minor=True)
        axes.grid(which="minor", color=PALE_GREY, linewidth=0.5)
        axes.tick_params(which="both", length=0)
        axes.spines[:].set_visible(False)
        title = "Confusion of signs, % of each" if normalised else "Confusion of signs"
        axes.set(xlabel="answer", ylabel="sign", title=title)


def accuracy_per_sign(counts: NDArray[np.int64], signs: Sequence[str], path: Path) -> None:
    """How much of every sign is read rightly; (S, S) confusion."""
    accuracy = recall(counts)  # (S,)
    present = np.flatnonzero(np.isfinite(accuracy)).tolist()
    with _by_sign([signs[sign] for sign in present], path) as axes:
        axes.bar(range(len(present)), 100 * accuracy[present], color=BLUE)
        mean = 100 * accuracy[present].mean()
        axes.axhline(mean, color=ORANGE, linestyle="--", label=f"mean {mean:.1f} %")
        axes.set(ylim=(0, 100), ylabel="right answers, %", title="Accuracy per sign")


def confidence_per_sign(answers: Predictions, signs: Sequence[str], path: Path) -> None:
    """How sure the answers are for each sign, beside how many of them are right."""
    present = np.unique(answers.sign)
    of_sign = [answers.sign == sign for sign in present]
    with _by_sign([signs[sign] for sign in present], path) as axes:
        boxes = axes.boxplot(
            [answers.confidence[rows] for rows in of_sign],
            positions=range(len(present)),
            widths=0.6,
            patch_artist=True,
            flierprops={"marker": ".", "markersize": 3, "markeredgecolor": GREY},
            medianprops={"color": "black"},
        )
        for box in boxes["boxes"]:
            box.set(facecolor=PALE_BLUE, edgecolor=BLUE)
        accuracy = [answers.right[rows].mean() for rows in of_sign]
        axes.plot(accuracy, linestyle="", marker="D", color=ORANGE, label="share of right answers")
        axes.set(ylim=(0, 1.03), ylabel="confidence", title="Confidence per sign")


def confidence_histogram(answers: Predictions, path: Path) -> None:
    """How sure right and wrong answers are."""
    bins = np.linspace(0, 1, 21).tolist()
    with canvas(path, 6.4, 4) as figure:
        axes = figure.subplots()
        for name, rows, colour, hatch, _ in _right_and_wrong(answers):
            confidence = answers.confidence[rows]
            mean = f", mean {confidence.mean():.2f}" if len(confidence) else ""
            axes.hist(
                confidence,
                bins,
                histtype="stepfilled",
                facecolor=f"{colour}55",
                edgecolor=colour,
                hatch=hatch,
                label=f"{name} ({len(confidence)}{mean})",
            )
        axes.set(xlabel="confidence", ylabel="answers", xlim=(0, 1))
        axes.set_title("Confidence of right and wrong answers")
        figure.legend(loc="outside lower center", ncols=2)


def confidence_scatter(answers: Predictions, signs: Sequence[str], path: Path) -> None:
    """Every answer by its sign and its confidence."""
    present, place = np.unique(answers.sign, return_inverse=True)
    x = place + np.random.default_rng(0).uniform(-0.32, 0.32, len(place))  # side by side
    with _by_sign([signs[sign] for sign in present], path, 4.5, ncols=2) as axes:
        for name, rows, colour, _, marker in _right_and_wrong(answers):
            axes.scatter(
                x[rows],
                answers.confidence[rows],
                s=14,
                color=colour,
                marker=marker,
                linewidths=0.8,
                alpha=0.7,
                label=name,
            )
        axes.set(ylim=(0, 1.03), ylabel="confidence", title="Confidence of every answer")


def reliability_diagram(answers: Predictions, path: Path) -> None:
    """Whether answers of a confidence are right that often."""
    count, confidence, accuracy = answers.reliability()  # (B,) each
    filled = np.flatnonzero(count)
    left, width = np.arange(CALIBRATION_BINS) / CALIBRATION_BINS, 1 / CALIBRATION_BINS
    with canvas(path, 5.4, 6.4) as figure:
        upper, lower = figure.subplots(2, sharex=True, height_ratios=(3, 1))
        upper.bar(
            left[filled], accuracy[filled], width, align="edge", color=PALE_BLUE, edgecolor=BLUE
        )
        upper.plot([0, 1], [0, 1], color=GREY, linestyle="--", label="perfectly calibrated")
        upper.plot(
            confidence[filled],
            accuracy[filled],
            color=ORANGE,
            marker="o",
            linestyle="",
            label="bin at its mean confidence",
        )
        upper.set(xlim=(0, 1), ylim=(0, 1), ylabel="share of right answers")
        upper.set_title(f"Reliability, ECE {answers.ece:.3f}")
        figure.legend(loc="outside lower center", ncols=2)
        lower.bar(left, count, width, align="edge", color=PALE_GREY, edgecolor=GREY)
        lower.set(xlabel="confidence", ylabel="answers")


def learning_curves(history: Sequence[Epoch], path: Path) -> None:
    """Loss and accuracy over the epochs; the dots show the one that is kept."""
    epochs = np.array([epoch.epoch + 1 for epoch in history])
    validation_loss = np.array([epoch.validation_loss for epoch in history])
    accuracy = 100 * np.array([epoch.validation_accuracy for epoch in history])
    rate = np.array([epoch.learning_rate for epoch in history])
    best = int(validation_loss.argmin())
    with canvas(path, 9.6, 4) as figure:
        of_loss, of_accuracy = figure.subplots(1, 2)
        of_loss.plot(epochs, [epoch.train_loss for epoch in history], color=GREY, label="training")
        of_loss.plot(epochs, validation_loss, color=BLUE, label="validation")
        of_loss.plot(epochs[best], validation_loss[best], color=BLUE, marker="o")
        of_loss.set(xlabel="epoch", ylabel="cross-entropy, nats", title="Loss")
        of_loss.set_ylim(bottom=0)
        learned = [100 * epoch.train_accuracy for epoch in history]
        of_accuracy.plot(epochs, learned, color=GREY, label="training, as varied")
        of_accuracy.plot(epochs, accuracy, color=BLUE, label="validation")
        of_accuracy.plot(
            epochs[best],
            accuracy[best],
            color=BLUE,
            marker="o",
            linestyle="",
            label=f"epoch {epochs[best]}: {accuracy[best]:.1f} %",
        )
        of_accuracy.set(xlabel="epoch", ylabel="right answers, %", title="Accuracy")
        of_accuracy.set_ylim(top=100.5)
        for axes in (of_loss, of_accuracy):
            axes.xaxis.get_major_locator().set_params(integer=True)
            for number, epoch in enumerate(epochs[1:][np.diff(rate) < 0]):
                name = "learning rate reduced" if number == 0 else None
                axes.axvline(epoch, color=ORANGE, linestyle=":", linewidth=1, label=name)
            axes.legend()


def _right_and_wrong(
    answers: Predictions,
) -> Iterator[tuple[str, NDArray[np.bool_], str, str, str]]:
    """Name, rows, colour, hatch and marker of the right answers, then of the wrong ones."""
    yield "right", answers.right, BLUE, "", "."
    yield "wrong", ~answers.right, ORANGE, "///", "x"


@contextmanager
def _by_sign(
    signs: Sequence[str], path: Path, height_in: float = 4, ncols: int = 1
) -> Iterator["Axes"]:
    """A figure with these signs along its x axis, and its legend above it at the right."""
    with canvas(path, max(5.0, 1.2 + _SIGN_IN * len(signs)), height_in) as figure:
        axes = figure.subplots()
        yield axes
        _name_signs(axes, signs, "x")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=ncols)


def _name_signs(axes: "Axes", signs: Sequence[str], along: Literal["x", "y"]) -> None:
    """Write signs along an axis: letters large, longer names turned where they would touch."""
    names = [label(sign) for sign in signs]
    is_long = any(len(name) > 2 for name in names)
    size = 10 if is_long else 13
    if along == "y":
        axes.set_yticks(range(len(names)), names, size=size)
    else:
        axes.set_xticks(range(len(names)), names, size=size, rotation=90 if is_long else 0)
        axes.set_xlim(-0.5, len(names) - 0.5)
