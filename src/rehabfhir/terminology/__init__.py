"""Code systems and value sets with three answers: in, not in, cannot tell; UCUM and other public systems; KVÅ.

>>> class Nothing:
...     def value_set(self, canonical): return None
...     def code_system(self, canonical): return None
>>> Terminology(Nothing()).member("http://example.org/vs", system="http://example.org/cs", code="a").answer
<Answer.CANNOT_TELL: 'cannot-tell'>
"""

from rehabfhir.terminology.answers import CANNOT_TELL, IN, NOT_IN, Answer, Membership
from rehabfhir.terminology.builtin import BUILT_IN
from rehabfhir.terminology.content import Content
from rehabfhir.terminology.display import DisplayCheck
from rehabfhir.terminology.server import TerminologyServer
from rehabfhir.terminology.service import Terminology

__all__ = [
    "BUILT_IN",
    "CANNOT_TELL",
    "IN",
    "NOT_IN",
    "Answer",
    "Content",
    "DisplayCheck",
    "Membership",
    "Terminology",
    "TerminologyServer",
]
