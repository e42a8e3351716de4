"""From emissions to Korean text: language, decoder, the text being written; on top the composer."""

from jihwa.composer import kernel

kernel.choose()
