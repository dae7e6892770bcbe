"""The inputs: values for the arguments of the schema, now and then right, mostly not, and each to be known again."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
)
from hypothesis import strategies as st

JUNK: Sequence[Any] = (
    *(None, True, 0, -1, 2**63, 1.5e300, "", " ", "\0", "ZQFUZZ\ud800", "ZQFUZZ\u202e", "ZQFUZZ" * 200),
    *([], {}, [[]], {"": "ZQFUZZ0"}, {"placeOfBirth": "ZQFUZZ1"}, {"ZQFUZZ2": 1}, [None], "-" * 30),
)
TEXTS = (
    *(
        "+81 60-1234-5678",
        "ZQFUZZ3@mail.example",
        "昭和64年1月8日",
        "令和元年5月1日",
        "AB12345678CD",
        "ja",
        "en",
    ),
    *("１００−０００１", "123456789018", "NGUYEN VAN AN", "1998-05-01", "2026-11-22T00:00:00Z", "9999-12-31"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "技術・人文知識・国際業務", "M", "VNM", "1"),
    *("japaneseLevel", "selfIntroduction", "N2", "service", "service.account", "service.application"),
    *("employer-a", "internal", "any", "ZQFUZZ'; DROP TABLE users; --", "ZQFUZZ%_", "{}", "ZQFUZZ\\u0000"),
)


PURPOSES = ("service", "service.account", "service.application", "promotion.newsletter", "ZQFUZZ5")
RECIPIENTS = ("internal", "employer-a", "any", "employer", "ZQFUZZ6")
HINTS: Mapping[str, Sequence[Any]] = {
    "purposes": PURPOSES,
    "purpose": PURPOSES,
    "recipients": RECIPIENTS,
    "recipient": RECIPIENTS,
    "employer": ("employer-a", "employer-b", "ZQFUZZ7", "internal"),
    "language": ("ja", "en"),
    "roman": ("NGUYEN VAN AN", "ZQFUZZ' OR 1"),
    "email": tuple(f"zqfuzz{place}@mail.example" for place in range(60)),
    "phone": ("+81 60-1234-5678", "0120-123-456"),
    "birthDate": ("令和元年5月1日", "1998-05-01", "昭和64年1月8日"),
    "postalCode": ("１００−０００１", "000-0000"),
    "number": ("AB12345678CD", "123456789018"),
    "stayExpiresOn": ("2031-05-01", "9999-12-31"),
    "key": ("japaneseLevel", "selfIntroduction", "desiredJobs", "placeOfBirth", "availableFrom"),
    "value": ("N2", "ZQFUZZ8 I was ill.", "2027-01-01", "7"),
    "values": ("IT", "OFFICE", "ZQFUZZ9"),
    "first": (0, 1, 5, 1000, 1001, -1, 2**31 - 1),
    "facts": ("noticed", "consented", "ZQFUZZ10"),
    "lang": ("ja", "en", "ZQFUZZ11"),
}
"""Values that come far, by the name of what they are for."""


def valued(
    kind: GraphQLInputType, known: Sequence[str], name: str = "", *, wild: bool = True
) -> st.SearchStrategy[Any]:
    """Values for what has this name; `known` are the ids of people. Only the wild ones are of a wrong type."""
    if isinstance(kind, GraphQLNonNull):
        return valued(kind.of_type, known, name, wild=wild)
    junk = st.sampled_from(JUNK) if wild else st.nothing()
    if isinstance(kind, GraphQLList):
        several = st.lists(valued(kind.of_type, known, name, wild=wild), max_size=3)
        return _mostly(several, junk)
    if isinstance(kind, GraphQLEnumType):
        return _mostly(st.sampled_from(list(kind.values)), junk)
    if isinstance(kind, GraphQLInputObjectType):
        parts = {key: valued(part.type, known, key, wild=wild) for key, part in kind.fields.items()}
        needed = {
            key: parts[key] for key, part in kind.fields.items() if isinstance(part.type, GraphQLNonNull)
        }
        needed |= {key: parts[key] for key in NEEDED if key in parts and not wild}
        rest = {key: part for key, part in parts.items() if key not in needed}
        return _mostly(st.fixed_dictionaries(needed, optional=rest), junk)
    return _leaf(kind.name, known, name, wild=wild)


NEEDED = (
    *("history", "consent", "evidence", "fairMeans"),
    "name",
    "roman",
    "email",
    "birthDate",
    "notice",
    "number",
    "stayExpiresOn",
)
"""Without these nobody is registered."""


def _leaf(kind: str, known: Sequence[str], name: str, *, wild: bool) -> st.SearchStrategy[Any]:
    own: Sequence[Any] = HINTS.get(name, known if name in {"user", "id", "ids"} else TEXTS)
    match kind:
        case "Int":
            tame: st.SearchStrategy[Any] = st.sampled_from(HINTS["first"])
        case "Boolean":
            tame = st.booleans()
        case "DateTime":
            tame = st.sampled_from(TIMES)
        case _:
            text = st.text(max_size=12).map(lambda told: f"ZQFUZZ4{told}")
            words = st.sampled_from(own or TEXTS)
            tame = st.one_of(words, words, words, words, text)
    if not wild:
        return tame
    return st.one_of(tame, tame, st.integers(-(2**40), 2**40), st.sampled_from([*TEXTS, *known, *JUNK]))


TIMES = (
    *("2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z", "9999-12-31T23:59:59-23:59"),
    *("0001-01-01T00:00:00+23:59", "2199-01-01T00:00:00+09:00"),
)


def _mostly(good: st.SearchStrategy[Any], junk: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return good if junk.is_empty else st.one_of(*[good] * 9, junk)


def arguments(
    schema: GraphQLSchema, known: Sequence[str]
) -> Mapping[str, tuple[str, st.SearchStrategy[Any]]]:
    """A document for each argument of a root field, whose value comes as `$v`, and values for it."""
    made = {}
    for word, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        for name, field in root.fields.items() if root else ():
            for argument, each in field.args.items():
                others = [other for other in field.args if other != argument]
                needed = [other for other in others if isinstance(field.args[other].type, GraphQLNonNull)]
                said = "".join(f', {other}: "{NAMED.get(other, "x")}"' for other in needed)
                chosen = SELECTED.get(name, "{ __typename }")
                made[f"{name}.{argument}"] = (
                    f"{word}($v: {each.type}) {{ {name}({argument}: $v{said}) {chosen} }}",
                    st.one_of(
                        valued(each.type, known, argument, wild=False),
                        valued(each.type, known, argument, wild=False),
                        valued(each.type, known, argument),
                    ),
                )
    return made


NAMED = {
    "purpose": "service.account",
    "role": "frontend",
    "recipient": "internal",
    "field": "User.id",
}
_USER = """{ id name { roman } email answers { key value } history { field was became } consents { id }
  accesses(first: 2) { edges { node { releases { edges { node { user written } } } } } } }"""
CHANGES = (
    *("register", "updateUser", "recordConsent", "withdrawConsent", "setApplicationStage"),
    *("placeHold", "liftHold", "screenAnswer", "requestConsent", "refuseConsent", "invalidateConsent"),
    "acceptReceived",
)
SELECTED = {
    "user": _USER,
    "users": f"{{ edges {{ cursor node {_USER} }} pageInfo {{ hasNextPage }} }}",
    "accesses": "{ edges { node { id releases { edges { node { user released } } } } } }",
    "provisions": "{ edges { node { id user items } } }",
    "received": "{ edges { node { id known items { field value } } } }",
    "receipts": "{ edges { node { id user items } } }",
    "receiveUsers": "{ results { outcome received mistakes { path code message } } }",
    "registerMany": "{ results { user { id email } mistakes { path code message } } }",
    **dict.fromkeys(CHANGES, f"{{ user {_USER} }}"),
}
"""What is asked of a field, so that its answer is made by every part of the gateway."""
