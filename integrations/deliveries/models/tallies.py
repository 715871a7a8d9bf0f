"""What is counted, without counting a table."""

from __future__ import annotations

from django.db import models


class Tally(models.Model):
    """A change of a count. The count is the sum of its rows, which the sweep folds together.

    Rows are only ever added beside the change they are about, in its transaction: no count is a
    row that everybody waits for, and none can be wrong after a crash. On PostgreSQL triggers add
    those of orders and looks; on SQLite these are counted, and only the rest stands here.
    """

    class Subject(models.TextChoices):
        ORDER = "order"  # by state, and why where it is parked
        LOOK = "look"  # ever made, by finding
        PHASE = "phase"  # microseconds that drains spent, by phase

    subject = models.CharField(max_length=10, choices=Subject)
    name = models.CharField(max_length=20)
    reason = models.CharField(max_length=20, blank=True)
    change = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.subject} {self.name} {self.change:+}"


class Heartbeat(models.Model):
    """When something that has to come round again and again last did."""

    name = models.CharField(max_length=20, unique=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.beat_at}"
