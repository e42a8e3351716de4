"""Where else the text goes: typed into other terminal programs, key by key."""
