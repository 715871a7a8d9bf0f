"""Tenants, their members and everybody's log-in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Log-ins are made by their e-mail address; there is no user name."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person who signs in: the ISV's staff (``is_staff``) or members of tenants."""

    username = None  # type: ignore[assignment]  # the address is the name
    email = models.EmailField(_("e-mail address"), unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class TenantQuerySet(models.QuerySet["Tenant"]):
    def for_user(self, user: User) -> TenantQuerySet:
        """Those the user is a member of; staff see all."""
        return self if user.is_staff else self.filter(members__user=user)


class Tenant(models.Model):
    """Whose data it is: the ISV's customer, one per contract. The isolation boundary."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES, default="en")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A person who may act for a tenant."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        READER = "reader", _("Reader")

    class Mails(models.TextChoices):
        """What a member is mailed about."""

        INCIDENTS = "incidents", _("Each incident")
        SUMMARIES = "summaries", _("One mail a day")
        NONE = "none", _("Nothing")

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role, default=Role.OWNER)
    # Empty: owners hear of incidents, readers of nothing.
    mails = models.CharField(max_length=12, choices=Mails, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_tenant")
        ]

    def __str__(self) -> str:
        return f"{self.user} of {self.tenant}"

    @property
    def is_mailed(self) -> str:
        """What the member hears of, by choice or else by role."""
        if self.mails:
            return self.mails
        return self.Mails.INCIDENTS if self.role == self.Role.OWNER else self.Mails.NONE
