"""The evidence of a filled plan: gathered from the ledger, proposed as reasons, packed with all files it rests on."""
