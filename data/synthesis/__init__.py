"""Sessions that nobody signed: holds, real or synthetic, in; a signal and its truth out."""
