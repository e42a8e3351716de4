"""The zoo: every architecture that published systems use, and our own, as torch modules."""

from jihwa.models.training.networks.architectures import ARCHITECTURES

__all__ = ["ARCHITECTURES"]
