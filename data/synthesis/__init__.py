"""Sessions that nobody signed: a text and a hand in; a signal and its truth out."""
