"""What stands in a header where nobody's identity does, as data. Such a text never says whose images are.

Sources: what anonymising programs, phantoms and emergency admissions write (PS3.15 E.1 asks for dummy values
and leaves them open), and what clocks and forms begin with.
"""

from datetime import date

_WORDS = """
    anon anonym anonymised anonymisiert anonymise anonymize anonymized anonymous anonymus blinded confidential
    deid deidentified deleted hidden masked pseudonym pseudonymised pseudonymized redacted removed withheld
    blank empty inconnu na nil nn none null unbekannt undefined unidentified unk unknown void
    id name nameless no noname patid patient patientid patientname person pid subject case
    abc asdf default demo dummy example phantom qa sample test tester testing testpatient xyz
    doejane doejohn janedoe johndoe
    1234 12345 123456 1234567 12345678 123456789 1234567890 0123456789
"""
_BEFORE_NUMBERS = """
    anon anonym anonymised anonymisiert anonymise anonymize anonymized anonymous anonymus blinded confidential
    deid deidentified hidden masked pseudonym pseudonymised pseudonymized redacted removed withheld unknown
    unbekannt unidentified phantom dummy demo example test testing testpatient
"""
WORDS = frozenset(_WORDS.split())
BEFORE_NUMBERS = frozenset(_BEFORE_NUMBERS.split())
"""Words that say before a number that it is nobody's; the others stand before real numbers, too."""
FIRST_BIRTH_DATE = date(1900, 1, 2)  # what is earlier is a form's or a clock's beginning
BIRTH_DATES = frozenset({date(1901, 1, 1), date(1970, 1, 1), date(9999, 12, 31)})  # as above
