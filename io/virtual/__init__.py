"""A glove without a glove: a synthetic signer behind the firmware's own protocol."""
