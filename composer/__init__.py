"""From emissions to Korean text: tables, automaton, language model, decoder."""
