"""Prometheus' text format: a dozen lines, so no package is brought in for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


@dataclass(frozen=True, slots=True)
class Metric:
    """One name with its samples: labels → number. ``kind`` is gauge or counter."""

    name: str
    kind: str
    help: str
    samples: list[tuple[Mapping[str, str], float]]


def gauge(name: str, text: str, number: float | None) -> Metric:
    """A gauge without labels. None: there is nothing to tell, and no sample."""
    return Metric(name, "gauge", text, [] if number is None else [({}, number)])


def labelled(
    name: str, text: str, label: str, numbers: Mapping[str, float], kind: str = "gauge"
) -> Metric:
    """One sample for each value of one label."""
    return Metric(name, kind, text, [({label: value}, n) for value, n in numbers.items()])


def written(metrics: Iterable[Metric]) -> str:
    """The metrics as a scraper reads them."""
    return "".join(_written(metric) for metric in metrics)


def _written(metric: Metric) -> str:
    lines = [
        f"# HELP {metric.name} {metric.help}",
        f"# TYPE {metric.name} {metric.kind}",
        *(f"{metric.name}{_labels(labels)} {number:.15g}" for labels, number in metric.samples),
    ]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = ",".join(f'{name}="{value.translate(_ESCAPED)}"' for name, value in labels.items())
    return f"{{{pairs}}}"
