"""What the user keeps: profiles of their hand, words of their own, what they typed, phrases.

Files of one private folder come in, checked values go out; changes are written as a whole while no
other program does.
"""
