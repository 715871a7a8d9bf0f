"""The way to Visma and back, and the page that shows how somebody signs in."""
