"""The zoo: numbers of features and classes in, an untrained torch module out, by its name."""

from jihwa.models.training.networks.architectures import ARCHITECTURES, build

__all__ = ["ARCHITECTURES", "build"]
