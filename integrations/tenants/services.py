"""Tenants, their members, and the first log-in."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from integrations.tenants.models import Member, Tenant, User

# Words that stand where a tenant's slug stands, or would look as if we spoke.
RESERVED = {"admin", "api", "console", "connect", "i", "new", "static", "support", "t"}


class SlugTaken(Exception):
    """Another tenant has this short name, or it is reserved."""


class LastOwner(Exception):
    """A tenant keeps at least one owner."""


class StaffExist(Exception):
    """The first log-in of staff was made already."""


@transaction.atomic
def make_tenant(name: str, *, slug: str = "", language: str = "en") -> Tenant:
    """Make a tenant. Without a slug one is made from the name. Raises SlugTaken for a given one."""
    if slug:
        if slug in RESERVED or Tenant.objects.filter(slug=slug).exists():
            raise SlugTaken(slug)
        return Tenant.objects.create(name=name, slug=slug, language=language)
    return Tenant.objects.create(name=name, slug=_free_slug(name), language=language)


def _free_slug(name: str) -> str:
    stem = slugify(name)[:40].strip("-") or "tenant"
    number, slug = 1, stem
    while slug in RESERVED or Tenant.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{stem}-{number}"
    return slug


@transaction.atomic
def add_member(tenant: Tenant, email: str, role: str = Member.Role.OWNER) -> tuple[Member, bool]:
    """Make the person a member, with a log-in where there is none yet; True when new to the tenant.

    Somebody who is a member already gets the role. Raises LastOwner when that would leave none.
    """
    address = User.objects.normalize_email(email).lower()
    user = User.objects.filter(email=address).first() or User.objects.create_user(address)
    member, is_new = Member.objects.get_or_create(tenant=tenant, user=user, defaults={"role": role})
    if not is_new and member.role != role:
        if role != Member.Role.OWNER:
            _keep_an_owner(member)
        member.role = role
        member.save(update_fields=["role"])
    return member, is_new


@transaction.atomic
def remove_member(member: Member) -> None:
    """Take somebody's membership; the log-in stays. Raises LastOwner."""
    _keep_an_owner(member)
    member.delete()


def mail_invited(member: Member, *, by: User | None = None) -> None:
    """Tell a new member, with a link to set a password if there is none yet."""
    user, tenant = member.user, member.tenant
    new_here = not user.has_usable_password()
    path = _password_path(user) if new_here else reverse("home")
    with translation.override(tenant.language):
        heading = _("You may now see %(tenant)s") % {"tenant": tenant}
        context = {
            "heading": heading,
            "intro": _invited_intro(member, by),
            "how": _("Press the button and choose a password.") if new_here else "",
            "press_url": f"{settings.PUBLIC_URL}{path}",
            "press_text": _("Choose a password") if new_here else _("Sign in"),
            "next": _("The link works for three days and once.") if new_here else "",
            "reason": _("You get this because your address was entered there."),
        }
        mail = EmailMultiAlternatives(
            " ".join(heading.split()),
            render_to_string("mail/base.txt", context),
            settings.DEFAULT_FROM_EMAIL,
            [user.email],
        )
        mail.attach_alternative(render_to_string("mail/base.html", context), "text/html")
    transaction.on_commit(mail.send, robust=True)


def make_first_staff(email: str, password: str, *, again: bool = False) -> User:
    """Make a log-in of staff who may do everything. Raises StaffExist unless ``again``."""
    if not again and staff().exists():
        raise StaffExist
    return User.objects.create_superuser(email, password)


def staff() -> QuerySet[User]:
    return User.objects.filter(is_staff=True, is_active=True)


def may_act(user: User, tenant: Tenant) -> bool:
    """Owners and staff may act for a tenant; readers only read."""
    if user.is_staff:
        return True
    return Member.objects.filter(tenant=tenant, user=user, role=Member.Role.OWNER).exists()


def _keep_an_owner(member: Member) -> None:
    owners = Member.objects.select_for_update().filter(
        tenant=member.tenant_id, role=Member.Role.OWNER
    )
    if [owner.pk for owner in owners] == [member.pk]:
        raise LastOwner


def _password_path(user: User) -> str:
    key = default_token_generator.make_token(user)
    return reverse(
        "account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key}
    )


def _invited_intro(member: Member, by: User | None) -> str:
    names = {"tenant": member.tenant, "vendor": settings.VENDOR_NAME, "by": by or ""}
    if by is None:
        return _("%(vendor)s gave you access to the orders of %(tenant)s.") % names
    return _("%(by)s gave you access to the orders of %(tenant)s at %(vendor)s.") % names
