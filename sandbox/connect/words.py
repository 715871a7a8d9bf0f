"""The few words of the sign-in pages, in the languages that ``ui_locales`` may name."""

from __future__ import annotations

DEFAULT = "en-GB"
ENGLISH = {
    "sign_in": "Sign in",
    "email": "E-mail address",
    "password": "Password",
    "code_title": "Enter your code",
    "code": "Code from your authenticator app",
    "continue": "Continue",
    "choose": "Choose a company",
    "asks": "{application} asks for access to {company}",
    "nowhere": "no company",
    "wishes": "It wants to:",
    "allow": "Allow",
    "deny": "Deny",
    "moment": "One moment",
}
_ORDER = tuple(ENGLISH)


def _words(*translated: str) -> dict[str, str]:
    return dict(zip(_ORDER, translated, strict=True))


LOCALES = {
    "da-DK": _words(
        "Log ind",
        "E-mailadresse",
        "Adgangskode",
        "Indtast din kode",
        "Kode fra din godkendelsesapp",
        "Fortsæt",
        "Vælg en virksomhed",
        "{application} beder om adgang til {company}",
        "ingen virksomhed",
        "Den vil:",
        "Tillad",
        "Afvis",
        "Et øjeblik",
    ),
    "en-GB": ENGLISH,
    "en-US": ENGLISH | {"email": "Email address"},
    "fi-FI": _words(
        "Kirjaudu sisään",
        "Sähköpostiosoite",
        "Salasana",
        "Anna koodisi",
        "Koodi todennussovelluksestasi",
        "Jatka",
        "Valitse yritys",
        "{application} pyytää pääsyä: {company}",
        "ei yritystä",
        "Se haluaa:",
        "Salli",
        "Kiellä",
        "Hetkinen",
    ),
    "nb-NO": _words(
        "Logg inn",
        "E-postadresse",
        "Passord",
        "Skriv inn koden din",
        "Kode fra autentiseringsappen din",
        "Fortsett",
        "Velg et firma",
        "{application} ber om tilgang til {company}",
        "ingen firma",
        "Den vil:",
        "Tillat",
        "Avslå",
        "Et øyeblikk",
    ),
    "nl-NL": _words(
        "Inloggen",
        "E-mailadres",
        "Wachtwoord",
        "Voer je code in",
        "Code uit je authenticator-app",
        "Doorgaan",
        "Kies een bedrijf",
        "{application} vraagt toegang tot {company}",
        "geen bedrijf",
        "De toepassing wil:",
        "Toestaan",
        "Weigeren",
        "Een moment",
    ),
    "sv-SE": _words(
        "Logga in",
        "E-postadress",
        "Lösenord",
        "Ange din kod",
        "Kod från din autentiseringsapp",
        "Fortsätt",
        "Välj ett företag",
        "{application} ber om åtkomst till {company}",
        "inget företag",
        "Den vill:",
        "Tillåt",
        "Neka",
        "Ett ögonblick",
    ),
    "lv-LV": _words(
        "Pierakstīties",
        "E-pasta adrese",
        "Parole",
        "Ievadiet kodu",
        "Kods no autentifikācijas lietotnes",
        "Turpināt",
        "Izvēlieties uzņēmumu",
        "{application} lūdz piekļuvi: {company}",
        "nav uzņēmuma",
        "Lietotne vēlas:",
        "Atļaut",
        "Noraidīt",
        "Vienu mirkli",
    ),
}


def chosen_locale(ui_locales: str) -> str:
    """The first wish there is a language for; Visma takes these eight, in order of preference."""
    known = {locale.lower(): locale for locale in LOCALES}
    wished = (known.get(wish.lower()) for wish in ui_locales.split())
    return next((locale for locale in wished if locale), DEFAULT)
