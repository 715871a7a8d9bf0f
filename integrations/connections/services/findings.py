"""Everything that can be in the way of a connection, and its words: what, who, how."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as n


class Finding(StrEnum):
    """Codes as they stand in the database and, small, on the page for support."""

    # Links
    LINK_UNKNOWN = "link_unknown"
    LINK_ENDED = "link_ended"
    LINK_WITHDRAWN = "link_withdrawn"
    LINK_USED = "link_used"
    LINK_REPLACED = "link_replaced"
    LINK_LOCKED = "link_locked"
    LINK_SHUT = "link_shut"
    # The way back from Visma
    STATE_UNKNOWN = "state_unknown"
    STATE_USED = "state_used"
    TOO_LATE = "too_late"
    OTHER_BROWSER = "other_browser"
    ANSWER_REFUSED = "answer_refused"
    DENIED = "denied"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - the code of a finding
    SHORT_ACCESS = "short_access"
    VISMA_DOWN = "visma_down"
    OUR_FAULT = "our_fault"
    ERROR_PAGE = "error_page"
    # The company
    NO_ROLE = "no_role"
    NO_COMPANY = "no_company"
    WRONG_COMPANY = "wrong_company"
    NO_FINANCIALS_ROLE = "no_financials_role"
    COMPANY_TAKEN = "company_taken"
    COMPANY_UNPROVEN = "company_unproven"
    # The grant
    CONSENT_ENDED = "consent_ended"
    REFRESH_LOST = "refresh_lost"
    SCOPES_MISSING = "scopes_missing"
    FORBIDDEN = "forbidden"
    TOKEN_NOT_TAKEN = "token_not_taken"  # noqa: S105 - as above
    THROTTLED = "throttled"
    NO_LICENCE = "no_licence"
    CLOCKS_DIFFER = "clocks_differ"
    APPLICATION_HELD = "application_held"
    # A person's sign-in where only the App Store's approval counts
    USER_NOT_TAKEN = "user_not_taken"
    # Kind vni
    FINISH_CONSENT = "finish_consent"
    SUPERSEDED = "superseded"
    OTHER_USER = "other_user"
    # Kind service
    NOT_APPROVED = "not_approved"
    APPROVAL_WITHDRAWN = "approval_withdrawn"
    CONTRACT_ID = "contract_id"
    SCOPE_OFF = "scope_off"
    NOT_AN_ID = "not_an_id"


class Press(StrEnum):
    """What the page offers to press."""

    NONE = ""
    CONTINUE = "continue"
    NEW_LINK = "new_link"
    LOOK = "look"
    PASTE = "paste"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding in the reader's language."""

    code: str
    heading: str
    what: str
    who: str
    how: str
    press: Press


def explain(code: str, *, tenant: str = "", company: str = "", other: str = "") -> Explanation:
    """Return the words for a finding; an unknown code reads as a fault of ours.

    ``other`` is a second company's name, for a reconnect that landed elsewhere.
    """
    finding = finding_of(code) or Finding.OUR_FAULT
    heading, what, who, how, press = _TEXTS[finding]
    names = {
        "vendor": settings.VENDOR_NAME,
        "tenant": tenant or _("your company"),
        "company": company or _("the company"),
        "other": other or _("another company"),
    }
    return Explanation(
        code=finding,
        heading=_(heading) % names,
        what=_(what) % names,
        who=_(who) % names,
        how=_(how) % names,
        press=press,
    )


def finding_of(code: str) -> Finding | None:
    """The finding of a stored code; None for an empty or unknown one."""
    return Finding(code) if code in set(Finding) else None


_YOU = n("You.")
_VENDOR = n("%(vendor)s.")
_ADMIN = n("A customer administrator of %(tenant)s, in Visma Admin. That may be you.")
_APPROVER = n("An integration administrator of %(tenant)s. That may be you.")
_NOBODY = n("Nobody: it mends itself.")
_AGAIN = n("Press the button and go through the sign-in at Visma once more.")
_ASK_NEW_LINK = n("Ask %(vendor)s for a new link.")

_TEXTS: dict[Finding, tuple[str, str, str, str, Press]] = {
    Finding.LINK_UNKNOWN: (
        n("We don’t know this link"),
        n("The address is not whole, or it was never ours. Nothing was allowed."),
        n("You, if the mail has the whole link. Else %(vendor)s."),
        n("Open the link from the mail once more. If that ends here too, ask for a new one."),
        Press.NONE,
    ),
    Finding.LINK_ENDED: (
        n("This link has ended"),
        n("A link lives a few days, so that an old mail can’t open your books. "
          "Nothing was allowed and nothing was lost."),
        n("You, if you read the mail this link came with. Else %(vendor)s."),
        n("Press the button. A new link comes to the same address."),
        Press.NEW_LINK,
    ),
    Finding.LINK_WITHDRAWN: (
        n("This link was withdrawn"),
        n("%(vendor)s took it back before it was used. Nothing was allowed."),
        _VENDOR, _ASK_NEW_LINK, Press.NONE,
    ),
    Finding.LINK_USED: (
        n("This link has done its work"),
        n("A company was connected with it. A link works once."),
        n("You, if you want to connect another company."),
        n("Ask %(vendor)s for a link for the other company."),
        Press.NONE,
    ),
    Finding.LINK_REPLACED: (
        n("A newer link stands in this one’s place"),
        n("Whoever sent this link made a new one, or passed it on anew. Nothing was allowed."),
        _YOU, n("Open the newest mail with a link in it."), Press.NONE,
    ),
    Finding.LINK_LOCKED: (
        n("Which code were you told?"),
        n("A code belongs to this link. It came by another way than the mail, such as by phone."),
        n("You, if you have the code. Else whoever sent you the link."),
        n("Type the code and press the button."), Press.NONE,
    ),
    Finding.LINK_SHUT: (
        n("This link is shut"),
        n("A wrong code was given five times. Nothing was allowed."),
        n("Whoever sent you the link, or %(vendor)s."),
        n("Ask for a new link and a new code."), Press.NONE,
    ),
    Finding.STATE_UNKNOWN: (
        n("We don’t know this sign-in"),
        n("Visma sent you back with an answer that belongs to no sign-in we began. "
          "Nothing was allowed."),
        _YOU, n("Open the link from the mail once more and start again."), Press.NONE,
    ),
    Finding.STATE_USED: (
        n("This sign-in was used already"),
        n("Visma’s answer to a sign-in counts once. This one came a second time."),
        _YOU, n("Press the button to start again."), Press.CONTINUE,
    ),
    Finding.TOO_LATE: (
        n("The sign-in took too long"),
        n("An answer from Visma counts for half an hour. Nothing was allowed."),
        _YOU, _AGAIN, Press.CONTINUE,
    ),
    Finding.OTHER_BROWSER: (
        n("This sign-in began in another browser"),
        n("Only the browser that began a sign-in may end it. Nothing was allowed."),
        _YOU,
        n("Go back to the browser you began in, or open the link from the mail in this one."),
        Press.NONE,
    ),
    Finding.ANSWER_REFUSED: (
        n("We can’t trust this answer"),
        n("What came back does not show that it comes from Visma. Nothing was allowed."),
        n("You. If it happens again: %(vendor)s."), _AGAIN, Press.CONTINUE,
    ),
    Finding.DENIED: (
        n("You said no at Visma"),
        n("Visma told us that access was not allowed. Nothing was allowed and nothing is sent."),
        n("You, if you changed your mind."), _AGAIN, Press.CONTINUE,
    ),
    Finding.TOKEN_REFUSED: (
        n("Visma did not complete the sign-in"),
        n("You came back from Visma, but Visma then refused to give us access. "
          "Nothing was allowed."),
        n("You. If it happens again: %(vendor)s."), _AGAIN, Press.CONTINUE,
    ),
    Finding.SHORT_ACCESS: (
        n("Visma lets us in for an hour only"),
        n("What renews the access is missing, so the connection would break within the hour. "
          "Nothing was kept."),
        n("You, by allowing all of it. If it was not offered: %(vendor)s."), _AGAIN,
        Press.CONTINUE,
    ),
    Finding.VISMA_DOWN: (
        n("Visma does not answer"),
        n("We asked Visma and got no answer we could read. Nothing is lost."),
        _NOBODY, n("Wait a few minutes, then press the button."), Press.CONTINUE,
    ),
    Finding.OUR_FAULT: (
        n("Something of ours is set up wrong"),
        n("Visma does not accept how %(vendor)s is registered there. "
          "You did nothing wrong, and nothing was allowed."),
        _VENDOR, n("We have been told. Try again later with the same link."), Press.CONTINUE,
    ),
    Finding.ERROR_PAGE: (
        n("Visma stopped with an Error-ID"),
        n("That page means that the application is registered differently at Visma than here. "
          "Nothing was allowed."),
        _VENDOR,
        n("If you gave the Error-ID, %(vendor)s looks it up and writes to you; else send it to "
          "them. Your link stays good."),
        Press.CONTINUE,
    ),
    Finding.NO_ROLE: (
        n("This Visma user lacks a role"),
        n("Visma shows this user no company: the role API User is missing in %(tenant)s."),
        _ADMIN,
        n("Give the user the role API User (product Visma.net Financials) in the company. "
          "It counts 10 to 15 minutes later; then press the button."),
        Press.CONTINUE,
    ),
    Finding.NO_COMPANY: (
        n("Visma shows this user no company"),
        n("The sign-in went well, but the user has no role in any company."),
        _ADMIN,
        n("Give the user the role API User in the company. "
          "It counts 10 to 15 minutes later; then press the button."),
        Press.CONTINUE,
    ),
    Finding.WRONG_COMPANY: (
        n("This is %(other)s, not %(company)s"),
        n("The connection to renew is for %(company)s, and at Visma you chose %(other)s. "
          "Nothing was changed, and orders for %(company)s wait."),
        _YOU, n("Press the button and choose %(company)s at Visma."), Press.CONTINUE,
    ),
    Finding.NO_FINANCIALS_ROLE: (
        n("This Visma user lacks the role Financials User"),
        n("Visma shows this user no company of %(tenant)s to work in: a person needs the role "
          "Financials User or Financials Administrator for that."),
        _ADMIN,
        n("Give the user the role Financials User in the company. "
          "It counts 10 to 15 minutes later; then press the button."),
        Press.CONTINUE,
    ),
    Finding.COMPANY_TAKEN: (
        n("%(company)s is connected elsewhere"),
        n("Another customer of %(vendor)s has connected this company for the same purpose. "
          "Two at once could put orders in twice, so nothing was connected."),
        _VENDOR, n("Ask %(vendor)s which of the two should stand."), Press.NONE,
    ),
    Finding.COMPANY_UNPROVEN: (
        n("We can’t tell which company this is"),
        n("Visma lets us in but does not say into which company. "
          "No order goes out before we know."),
        n("You."), n("Press the button and choose one company at Visma."), Press.CONTINUE,
    ),
    Finding.CONSENT_ENDED: (
        n("Visma has ended the access to %(company)s"),
        n("The access was taken back or has run out. Orders wait; none is lost."),
        n("The person who signs in at Visma for %(tenant)s."), _AGAIN, Press.CONTINUE,
    ),
    Finding.REFRESH_LOST: (
        n("The access to %(company)s was lost on the way"),
        n("Visma renewed the access, but its answer never reached us, and asking twice would end "
          "your other connections too. Orders wait; none is lost."),
        n("The person who signs in at Visma for %(tenant)s."), _AGAIN, Press.CONTINUE,
    ),
    Finding.SCOPES_MISSING: (
        n("Visma gave us less than we asked for"),
        n("The right to make or read sales orders is missing, so orders can’t go out."),
        n("You, by allowing all of it. If it was not offered: %(vendor)s."), _AGAIN,
        Press.CONTINUE,
    ),
    Finding.FORBIDDEN: (
        n("Visma does not let us read sales orders in %(company)s"),
        n("Visma knows us there but answers “not allowed” to the first read."),
        _ADMIN,
        n("See to it that the user has the role API User in %(company)s. It counts 10 to 15 "
          "minutes later, and we look again by ourselves."),
        Press.LOOK,
    ),
    Finding.TOKEN_NOT_TAKEN: (
        n("Visma does not take the access it gave us"),
        n("The access is new, and Visma refuses it all the same."),
        n("You. If it happens again: %(vendor)s."), _AGAIN, Press.CONTINUE,
    ),
    Finding.THROTTLED: (
        n("Visma asks us to wait"),
        n("The allowance of calls is used up for now. Nothing is lost."),
        _NOBODY, n("We look again by ourselves when it opens."), Press.LOOK,
    ),
    Finding.NO_LICENCE: (
        n("Visma sees no licence for %(company)s"),
        n("Visma says so when the user lacks the role API User in the company, and also when the "
          "company’s licence has ended. Orders wait; none is lost."),
        n("A customer administrator of %(tenant)s, in Visma Admin. Where the role is there: the "
          "company’s Visma partner."),
        n("Look in Visma Admin whether the user has the role API User (product Visma.net "
          "Financials) in the company. If so, ask the Visma partner for the licence. What is "
          "given counts 10 to 15 minutes later, and we look again by ourselves."),
        Press.LOOK,
    ),
    Finding.CLOCKS_DIFFER: (
        n("Visma’s clock and the access don’t agree"),
        n("The access counts from or until another time than Visma’s clock shows, so Visma "
          "refuses it. Orders wait; none is lost."),
        _VENDOR,
        n("There is nothing for you to press. %(vendor)s has been told, and we look again by "
          "ourselves."),
        Press.LOOK,
    ),
    Finding.APPLICATION_HELD: (
        n("Visma refuses %(vendor)s for now"),
        n("Visma does not accept how %(vendor)s proves itself there. It is nothing about "
          "%(company)s. Orders wait; none is lost."),
        _VENDOR,
        n("There is nothing for you to press. %(vendor)s has been told, and orders go on by "
          "themselves."),
        Press.LOOK,
    ),
    Finding.USER_NOT_TAKEN: (
        n("Visma wants an approval instead of a sign-in"),
        n("The sign-in is good and shows us %(company)s, but Visma takes sales orders there only "
          "from an application that is approved in the App Store. Orders wait; none is lost."),
        _APPROVER,
        n("Approve it in the App Store, for this company. We fill in its tenant id for you; "
          "the sign-in stays until the approval is proven."),
        Press.SWITCH,
    ),
    Finding.FINISH_CONSENT: (
        n("A new sign-in is waiting to be finished"),
        n("Somebody signed in at Visma as the same user, which ended the access to %(company)s. "
          "Orders wait; none is lost. They go on once that sign-in is finished."),
        n("The person who just signed in at Visma for %(tenant)s."),
        n("Go back to the page that asks which companies should get orders, and confirm them. "
          "If it is closed, or a day has passed, press the button and sign in once more."),
        Press.CONTINUE,
    ),
    Finding.SUPERSEDED: (
        n("Another sign-in ended the access to %(company)s"),
        n("The Visma user of this connection was used to connect something else, and Visma keeps "
          "one access for each user. Orders wait; none is lost."),
        n("The person who signs in at Visma for %(tenant)s."),
        n("Press the button and sign in with a Visma user that is kept for this connection alone."),
        Press.CONTINUE,
    ),
    Finding.OTHER_USER: (
        n("Another Visma user signed in than you said"),
        n("Nothing is connected yet, so that no order goes out under the wrong user."),
        _YOU,
        n("Sign out at Visma, then press the button and sign in as the right one. "
          "Or go on with the user who signed in, if that was meant."),
        Press.CONTINUE,
    ),
    Finding.NOT_APPROVED: (
        n("Not approved in the App Store yet"),
        n("Visma gives us no access with this tenant id: it is not approved yet, "
          "or the id is another one."),
        _APPROVER,
        n("Go through the steps in the App Store with the company chosen, not the contract."),
        Press.PASTE,
    ),
    Finding.APPROVAL_WITHDRAWN: (
        n("The approval for %(company)s was withdrawn"),
        n("Somebody took it back in the App Store, or the company left the contract. Orders wait; "
          "none is lost."),
        _APPROVER,
        n("If it should go on, approve it in the App Store once more. We look again by ourselves. "
          "If not, press “Disconnect” on the company’s page."),
        Press.LOOK,
    ),
    Finding.CONTRACT_ID: (
        n("This tenant id is not a company’s"),
        n("Visma lets us in with the id you pasted, then shows no company. "
          "A whole contract has such an id; each company has another."),
        _APPROVER,
        n("In the App Store choose the company, press Integrate, copy its tenant id and paste it "
          "here. The same id stands in Visma Admin under Company, Edit, Configuration."),
        Press.PASTE,
    ),
    Finding.SCOPE_OFF: (
        n("A right is switched off in the App Store"),
        n("It is approved, but not with everything that is needed to put in orders."),
        _APPROVER,
        n("In the App Store open My Apps, then Manage, switch all rights on and accept. "
          "We look again by ourselves."),
        Press.LOOK,
    ),
    Finding.NOT_AN_ID: (
        n("This is not a tenant id"),
        n("A tenant id has 36 characters, four of them hyphens."),
        _YOU, n("Copy it from the menu at the top right in the App Store and paste it here."),
        Press.PASTE,
    ),
}  # fmt: skip
