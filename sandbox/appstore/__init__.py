"""The App Store, where an Integration Administrator lets a service application in."""
