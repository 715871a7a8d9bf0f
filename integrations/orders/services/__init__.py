"""What an order may say, and how it is said to Visma."""
