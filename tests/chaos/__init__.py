"""The supervisor of faults, and one case for each class of them."""
