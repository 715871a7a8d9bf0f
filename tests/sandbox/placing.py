"""Orders put into a company, and what was said about those that weren't."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from tests.sandbox.conftest import Api, order

# The first order of the Developer Portal's guide, without its comment, as it is printed.
GUIDE_ORDER = {
    "type": "SO",
    "date": "2021-08-05T12:38:58.570Z",
    "description": "Test Sales Order",
    "status": "N",
    "customer": {"id": "10001"},
    "print": {
        "descriptionOnInvoice": True,
        "noteOnInternalDocuments": True,
        "noteOnExternalDocuments": True,
    },
    "orderLines": [
        {
            "inventoryId": item_id,
            "description": f"Test Sales OrderLine {item_id}",
            "quantity": 5,
            "unitPrice": 10,
            "taxCategoryId": "3",
        }
        for item_id in ("1", "2")
    ],
    "taxZoneld": "01",
}


@dataclass
class Placed:
    """An order in a company; ``etag`` is the one of its last change here."""

    api: Api
    path: str
    etag: str

    def change(self, body: Any, **headers: str) -> requests.Response:
        return self._send("PATCH", "", body, headers)

    def delete(self, **headers: str) -> requests.Response:
        return self._send("DELETE", "", None, headers)

    def add_lines(self, *lines: Any, **headers: str) -> requests.Response:
        return self._send("POST", "/lines", {"lines": list(lines)}, headers)

    def change_lines(self, *lines: Any, **headers: str) -> requests.Response:
        return self._send("PATCH", "/lines", {"lines": list(lines)}, headers)

    def delete_lines(self, ids: str, **headers: str) -> requests.Response:
        return self._send("DELETE", f"/lines?ids={ids}", None, headers)

    def read(self) -> Any:
        answer = self.api.get(self.path, expand="All")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def read_lines(self) -> Any:
        return self.api.get(f"{self.path}/lines").json()["value"]

    def push(self, status: str, **more: Any) -> None:
        """The ERP moves the order on by itself."""
        order_type, order_id = self.path.split("/")[-2:]
        asked = {"tenant_id": self.api.tenant_id, "type": order_type, "order_id": order_id}
        self.api.sandbox.control("POST", "orders", {**asked, "status": status, **more})
        self.etag = self.api.get(self.path).headers["ETag"]

    def _send(
        self, method: str, more: str, body: Any, headers: dict[str, str]
    ) -> requests.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.api.call(
            method,
            self.path + more,
            json=body,
            headers={"If-Match": self.etag} | given,
        )
        self.etag = answer.headers.get("ETag", self.etag)
        return answer


def place(api: Api, **changes: Any) -> Placed:
    answer = api.post(order(**changes))
    assert answer.status_code == 201, answer.text
    path = "/" + answer.headers["Location"].split("/", 3)[3]
    return Placed(api, path, api.get(path).headers["ETag"])


def line(**members: Any) -> dict[str, Any]:
    """A line that every company takes."""
    return {"inventoryId": "22622", "quantity": 1, **members}


def refusals(answer: requests.Response) -> list[tuple[str, str]]:
    """Code and property of every problem, which ``errors`` tells too."""
    assert answer.status_code == 400, answer.text
    content = answer.json()
    found = [(one["code"], one["parameters"]["property"]) for one in content["details"]]
    assert set(content["errors"]) == {where for _, where in found}
    return found
