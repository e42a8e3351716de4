"""The outside world and the program: sources, transcripts, the engine, the command line."""
