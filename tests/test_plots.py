"""Figures: there, of the right size, drawn on, and readable with and without a Hangul font."""

import sys

import numpy as np
import pytest

from jihwa.data.alphabet import Alphabet
from jihwa.data.messages import UsageError
from jihwa.models.training import canvas
from jihwa.models.training.evaluation import Predictions
from jihwa.models.training.plots import confusion_matrix, evaluation_figures, learning_curves
from jihwa.models.training.runs import Epoch
from jihwa.models.training.summary import Standing, draw

pytest.importorskip("matplotlib")


def ink(path):
    """The pixels of a figure, and the share of them that is not white."""
    from matplotlib.image import imread

    pixels = imread(path)[:, :, :3]
    return pixels, float((pixels.min(axis=2) < 0.97).mean())


def answers(n_signs, n=400, seed=0):
    rng = np.random.default_rng(seed)
    sign = rng.integers(n_signs, size=n)
    return Predictions.of(rng.normal(0, 1, (n, n_signs)) + 4 * np.eye(n_signs)[sign], sign)


def history(n=12):
    return [
        Epoch(i, 3 / (i + 1), 3.2 / (i + 1), 1 - 1 / (i + 2), 2e-3 if i < 8 else 1e-3)
        for i in range(n)
    ]


def row(protocol, model, top1, sd=None):
    return Standing(protocol, model, 2, {"top1": top1}, {"top1": sd}, {})


@pytest.mark.parametrize(("name", "has_font"), [("basic24", True), ("full40", False)])
def test_every_figure_of_an_evaluation_is_drawn(tmp_path, monkeypatch, name, has_font):
    if not has_font:
        monkeypatch.setattr(canvas, "hangul_font", lambda: None)
    elif canvas.font_hint():
        pytest.skip("needs an installed font with Hangul")
    signs = Alphabet.load(name).signs
    evaluation_figures(answers(len(signs)), signs, tmp_path)
    figures = sorted(tmp_path.iterdir())
    assert len(figures) == 7
    for path in figures:
        pixels, share = ink(path)
        height, width = pixels.shape[:2]
        assert 500 <= width <= 1800, path.name
        assert 350 <= height <= 1700, path.name
        assert share > 0.01, path.name


def test_figures_of_one_sign_and_of_no_mistake(tmp_path):
    right = Predictions(np.zeros(3, int), np.zeros(3, int), np.array([0.9, 1.0, 0.8]))
    evaluation_figures(right, ["ㄱ", "ㄴ"], tmp_path)
    assert len(list(tmp_path.iterdir())) == 7


def test_confusion_grows_with_the_alphabet_and_shows_what_was_confused(tmp_path):
    right = 10 * np.eye(24, dtype=np.int64)
    wrong = right.copy()
    wrong[3, 20] = 10
    signs = Alphabet.load().signs
    for counts, name in ((right, "right"), (wrong, "wrong")):
        confusion_matrix(counts, signs, tmp_path / name)
    confusion_matrix(np.eye(40, dtype=np.int64), Alphabet.load("full40").signs, tmp_path / "40")
    one, other, larger = (ink(tmp_path / name)[0] for name in ("right", "wrong", "40"))
    assert one.shape == other.shape
    assert larger.shape > one.shape
    rows, columns = np.nonzero((one != other).any(axis=2))
    height, width = one.shape[:2]
    assert rows.max() - rows.min() < 0.05 * height  # a single cell
    assert columns.max() - columns.min() < 0.05 * width
    assert rows.mean() < 0.25 * height
    assert columns.mean() > 0.6 * width


def test_normalised_confusion_does_not_depend_on_how_many_there_were(tmp_path):
    counts = np.array([[3, 1], [0, 4]])
    for factor in (1, 5):
        path = tmp_path / str(factor)
        confusion_matrix(factor * counts, ["ㄱ", "ㄴ"], path, normalised=True)
        confusion_matrix(factor * counts, ["ㄱ", "ㄴ"], path.with_suffix(".raw"))
    assert (tmp_path / "1").read_bytes() == (tmp_path / "5").read_bytes()
    assert (tmp_path / "1.raw").read_bytes() != (tmp_path / "5.raw").read_bytes()


@pytest.mark.parametrize("n", [1, 12])
def test_learning_curves(tmp_path, n):
    learning_curves(history(n), tmp_path / "new" / "curves.png")
    pixels, share = ink(tmp_path / "new" / "curves.png")
    assert pixels.shape[:2] == (400, 960)
    assert share > 0.01


def test_models_by_protocols_grows_with_the_models(tmp_path):
    rows = [
        row(p, m, t, s)
        for p, t in (("session", 0.6), ("random", 0.99))
        for m, s in (("gaussian", None), ("gru", 0.02), ("lstm", 0.01))
    ]
    draw(rows[:2], tmp_path / "few.png")
    draw(rows, tmp_path / "all.png")
    (few, _), (every, share) = ink(tmp_path / "few.png"), ink(tmp_path / "all.png")
    assert few.shape[1] == every.shape[1] == 800
    assert few.shape[0] < every.shape[0]
    assert share > 0.01


@pytest.fixture
def drawn(monkeypatch):
    """Every figure that is written, by the name of its file."""
    from matplotlib.figure import Figure

    figures, written = {}, canvas.write_whole
    last = []
    saved = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda *a, **k: (last.append(a[0]), saved(*a, **k)))
    monkeypatch.setattr(
        canvas, "write_whole", lambda p, c: (figures.update({p.name: last[-1]}), written(p, c))
    )
    return figures


def test_figures_are_told_apart_by_their_titles_and_no_legend_hides_what_is_drawn(tmp_path, drawn):
    signs = Alphabet.load().signs
    evaluation_figures(answers(len(signs)), signs, tmp_path)
    draw([row("session", "gru", 0.6), row("random", "gru", 0.99)], tmp_path / "models.png")
    titles = [figure.axes[0].get_title("left") for figure in drawn.values()]
    assert len(set(titles)) == len(titles) == 8
    assert all(titles)
    for name, figure in drawn.items():
        legends = [*figure.legends, *(a.legend_ for a in figure.axes if a.legend_)]
        inside = [axes.bbox for axes in figure.axes]
        for legend in legends:
            at = legend.get_window_extent()
            assert not any(at.overlaps(box) and at.y0 < box.y1 - 2 < at.y1 - 2 for box in inside)
            assert not any(box.contains(at.x0, (at.y0 + at.y1) / 2) for box in inside), name


def test_signs_have_latin_names_where_hangul_cannot_be_drawn(monkeypatch):
    monkeypatch.setattr(canvas, "hangul_font", lambda: None)
    assert [canvas.label(sign) for sign in ("ㄱ", "ㅢ", "space", "7")] == [
        "kiyeok",
        "yi",
        "space",
        "7",
    ]
    assert "fonts-nanum" in canvas.font_hint().en
    monkeypatch.setattr(canvas, "hangul_font", lambda: "NanumGothic")
    assert canvas.label("ㄱ") == "ㄱ"
    assert canvas.font_hint() is None


def test_without_matplotlib_the_user_learns_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match=r"pip install 'jihwa\[train\]'"):
        learning_curves(history(), tmp_path / "curves.png")
    assert list(tmp_path.iterdir()) == []
