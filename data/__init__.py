"""What is recorded: files and bytes of a glove in; frames, takes and their splits out."""
