"""The live session: one queue, one owner thread, and a journal that outlives the program."""
