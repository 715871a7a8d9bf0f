"""Sales orders in the older form: values wrapped, and the same books as version 3."""
