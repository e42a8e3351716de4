# Every target sets up what it needs: Python 3.11 or later is enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED := ../shared/data
TEXT := $(SHARED)/text
TORCH := torch==2.13.0  # the tests' one; anything newer may bring gigabytes for graphics cards
LM := composer/language/korean.lm
LEXICON := composer/language/korean.lexicon
KERNEL_TYPES := $(wildcard composer/*/*.pxd)
KERNEL_TESTS := $(addprefix tests/test_,beam_search.py composer.py decoder.py language_model.py lattice.py mixture.py)
KERNEL := $(KERNEL_TYPES) $(KERNEL_TYPES:.pxd=.py)

.PHONY: help demo test check types layers plain tests format benchmarks screens learned samples clean

help:  ## what there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/core  ## watch a shipped session become text
	$(BIN)/jihwa demo

test: check types layers plain tests  ## every check that has to pass

check: $(VENV)/dev  ## format and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/dev build/check/jihwa  ## mypy, strict
	cd build/check && ../../$(BIN)/mypy --config-file ../../pyproject.toml -p jihwa

layers: $(VENV)/dev build/check/jihwa  ## what may import what
	cd build/check && PYTHONPATH=. ../../$(BIN)/lint-imports --config ../../pyproject.toml

tests: $(VENV)/dev  ## the tests, with coverage
	$(BIN)/pytest -n 2 --dist loadfile --cov

plain: $(VENV)/dev  ## the tests of the kernel once more, as it runs without a compiler
	JIHWA_PLAIN=1 $(BIN)/pytest -q $(KERNEL_TESTS)

format: $(VENV)/dev  ## mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmarks: $(VENV)/dev  ## the first table of tests/benchmarks/README.md
	$(BIN)/python tests/benchmarks/text.py

screens: $(VENV)/dev  ## what the readmes show of the terminal, anew
	$(BIN)/python tests/capture_screen.py README.md --lang en
	$(BIN)/python tests/capture_screen.py README.ko.md --lang ko

learned: $(VENV)/dev  ## fit everything that ships to the shared data again
	$(BIN)/jihwa train $(addprefix $(SHARED)/signglove/,hb v2 august) --output models/weights/gaussian24.bundle
	$(BIN)/python tests/benchmarks/ksl31.py build/landmarks
	$(BIN)/jihwa train build/landmarks/one build/landmarks/two --alphabet basic31 --output models/weights/landmarks31.bundle
	$(BIN)/jihwa train $(SHARED)/signglove/hb $(SHARED)/signglove/v2 --model hand --output data/hand.npz
	$(BIN)/jihwa train $(SHARED)/signglove/hb $(SHARED)/signglove/v2 --model segmenter --output models/weights/segmenter.bundle
	$(BIN)/jihwa train $(SHARED)/signglove/hb $(SHARED)/signglove/v2 build/landmarks/one build/landmarks/two --model segmenter --output models/weights/landmarks_segmenter.bundle
	$(BIN)/jihwa lm build $(addprefix $(TEXT)/,train_open.txt.gz train_sharealike.txt.gz:4 lexicon_sharealike.txt titles_open.txt.gz addresses.txt:8) --names $(TEXT)/family_names.txt $(TEXT)/given_names.txt --output $(LM)
	$(BIN)/jihwa lm lexicon $(addprefix $(TEXT)/,train_open.txt.gz train_sharealike.txt.gz) --titles $(TEXT)/titles_open.txt.gz --addresses $(TEXT)/addresses.txt --profane $(TEXT)/profane.txt --names $(TEXT)/family_names.txt $(TEXT)/given_names.txt --spoken $(TEXT)/lexicon_sharealike.txt $(TEXT)/train_sharealike.txt.gz --output $(LEXICON)

samples: $(VENV)/core  ## spell the shipped sessions again
	$(BIN)/jihwa simulate "오늘 저녁에 같이 밥 먹을래" --wearer 3 --seed 1 --output data/samples/dinner.csv
	$(BIN)/jihwa simulate "제 이름은 김민수예요" --wearer 5 --seed 1 --speed slow --output data/samples/name.csv
	$(BIN)/jihwa simulate "부산광역시 해운대구" --wearer 7 --seed 1 --speed fast --output data/samples/address.csv

clean:  ## remove all that was built
	rm -rf build dist $(VENV) *.egg-info .coverage

# The folders under the name that they are imported by. At the root itself, io/ would shadow the
# standard library's io for mypy; links need no installation, so a commit hook can use them.
build/check/jihwa: Makefile
	rm -rf build/check && mkdir -p $@
	ln -s $(addprefix ../../../,data models recognizer composer io) $@
	touch $@

$(VENV)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "jihwa needs Python 3.11 or later; say which with: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/core: $(VENV)/python pyproject.toml setup.py $(KERNEL)  # a changed kernel is compiled again
	$(BIN)/pip install -qq --editable .
	touch $@

$(VENV)/dev: $(VENV)/core
	$(BIN)/pip install -qq $(TORCH)
	$(BIN)/pip install -qq --editable '.[dev,train]'
	touch $@
