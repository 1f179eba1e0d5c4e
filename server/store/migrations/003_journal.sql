-- What triage changed in turns that came thick and fast, to go into the tables above all at once (store/journal.h).
CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  entry BLOB NOT NULL
) STRICT;
