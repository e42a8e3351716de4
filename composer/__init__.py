"""From emissions to Korean text: tables, automaton, language model, decoder."""

from jihwa.composer import kernel

kernel.choose()
