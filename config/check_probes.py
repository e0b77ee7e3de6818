"""Cross-checks of what checks say of their probe: what is allowed, and yet better said aloud."""

from collections.abc import Iterator

from config.tree import SUBJECTS, Entry, Remark


def unverified_certificates(root: Entry) -> Iterator[Remark]:
    """A page that is asked by https without looking who answers."""
    for section in SUBJECTS:
        for entry in root.entries(section) if root.gives(section, "check") else ():
            check = entry.within("check")
            if check.text("verify").lower() in ("false", "no", "off", "0", "n", "f"):
                text = "the certificate is not verified, so anybody may answer; expected the authority's file in `ca`"
                yield Remark((*check.loc, "verify"), "unverified", text, severity="warning")
