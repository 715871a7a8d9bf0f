"""gunicorn reads this file where it is started, whatever else stands on its command line."""

logger_class = "portal.access_log.RedactingLogger"
