"""Telling people at once what is not as it should be.

troubles    what is not as it should be just now, of an overview      books    what of it is news
texts       how a message reads                                       sending  mail, webhook, command
"""
