"""Forms: a filled plan as Word, Excel and PDF files. Plain data comes in; nothing is judged and nothing read."""
