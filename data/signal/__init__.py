"""The signal: samples as they came in; frames on one clock, without what failed, out."""
