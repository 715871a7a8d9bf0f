"""Visma Admin, where a customer administrator says who may do what in which company."""
