"""How many calls are let through, what their headers say, and how the others are refused."""

from sandbox.limits.answers import throttle_answer
from sandbox.limits.counting import Limits
from sandbox.limits.policies import RatePolicy, default_policies, read_policies

__all__ = ["Limits", "RatePolicy", "default_policies", "read_policies", "throttle_answer"]
