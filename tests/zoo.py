"""What the tests of the zoo share: networks that look trained, without training."""

import torch
from torch import nn

from jihwa.models.training.architectures import ARCHITECTURES


def trained(name: str, n_features: int, n_classes: int = 5) -> nn.Module:
    """A network in evaluation mode whose every number, running statistics too, is its own."""
    torch.manual_seed(0)
    network = ARCHITECTURES[name](n_features, n_classes).eval()
    with torch.no_grad():
        for tensor in (*network.parameters(), *network.buffers()):
            if tensor.is_floating_point():
                tensor.add_(0.3 * torch.rand_like(tensor))
    return network
