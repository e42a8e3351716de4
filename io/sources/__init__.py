"""Where the signal comes from: everything that moves bytes of a glove to the engine."""
