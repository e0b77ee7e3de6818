"""What the notifications of the field mean to a line: their identifiers, from the MIBs named, and a kind each.

Data only. What is not listed is `other`: it is kept, and nobody is asked because of it.
"""

OTHER = "other"

_KIND_OF = {
    # SNMPv2-MIB, IF-MIB (RFC 3418, RFC 2863)
    "1.3.6.1.6.3.1.1.5.1": "coldStart",
    "1.3.6.1.6.3.1.1.5.2": "warmStart",
    "1.3.6.1.6.3.1.1.5.3": "linkDown",
    "1.3.6.1.6.3.1.1.5.4": "linkUp",
    "1.3.6.1.6.3.1.1.5.5": "authenticationFailure",
    # BFD-STD-MIB (RFC 7331), CISCO-IETF-BFD-MIB, HUAWEI-BFD-MIB, HH3C-BFD-STD-MIB
    "1.3.6.1.2.1.222.0.1": "bfdUp",
    "1.3.6.1.2.1.222.0.2": "bfdDown",
    "1.3.6.1.4.1.9.10.137.0.1": "bfdUp",
    "1.3.6.1.4.1.9.10.137.0.2": "bfdDown",
    "1.3.6.1.4.1.2011.5.25.38.3.1": "bfdDown",
    "1.3.6.1.4.1.2011.5.25.38.3.2": "bfdUp",
    "1.3.6.1.4.1.25506.2.72.0.3": "bfdUp",
    "1.3.6.1.4.1.25506.2.72.0.4": "bfdDown",
    # DISMAN-PING-MIB (RFC 4560), NQA-MIB of Huawei, CISCO-RTTMON-MIB
    "1.3.6.1.2.1.80.0.1": "nqaFailed",
    "1.3.6.1.2.1.80.0.2": "nqaFailed",
    "1.3.6.1.4.1.2011.5.25.111.6.1": "nqaFailed",
    "1.3.6.1.4.1.2011.5.25.111.6.2": "nqaFailed",
    "1.3.6.1.4.1.9.9.42.2.0.2": "nqaFailed",
    # BGP4-MIB (RFC 4273, and RFC 1657 with its older numbers)
    "1.3.6.1.2.1.15.0.1": "bgpUp",
    "1.3.6.1.2.1.15.0.2": "bgpDown",
    "1.3.6.1.2.1.15.7.1": "bgpUp",
    "1.3.6.1.2.1.15.7.2": "bgpDown",
}

# Whole families: which way it went stands in the variables, or in a number that differs from version to version.
_FAMILIES = {
    "1.3.6.1.4.1.25506.2.72.0.": "bfd",
    "1.3.6.1.2.1.80.0.": "nqa",
    "1.3.6.1.4.1.2011.5.25.111.6.": "nqa",
    "1.3.6.1.4.1.25506.8.3.3.": "nqa",
    "1.3.6.1.4.1.9.9.42.2.0.": "nqa",
    "1.3.6.1.2.1.14.16.2.": "ospf",
}

# Of these the sender's lines are asked at once.
URGENT = frozenset({*_KIND_OF.values(), *_FAMILIES.values()}) - {"authenticationFailure"}


def kind_of(oid: str) -> str:
    """The kind of a notification by its identifier (snmpTrapOID)."""
    if oid in _KIND_OF:
        return _KIND_OF[oid]
    return next((kind for family, kind in _FAMILIES.items() if oid.startswith(family)), OTHER)
