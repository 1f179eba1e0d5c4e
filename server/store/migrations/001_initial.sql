-- Instants are microseconds since 1970 UTC. Label sets and lists are JSON.
CREATE TABLE alert (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  fingerprint INTEGER NOT NULL,
  firing INTEGER NOT NULL,
  labels TEXT NOT NULL,
  annotations TEXT NOT NULL,
  starts_at INTEGER NOT NULL,
  ends_at INTEGER,
  generator_url TEXT NOT NULL,
  peer TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_changed ON alert (changed_at);

CREATE TABLE message_group (
  key TEXT PRIMARY KEY,
  state_hash INTEGER NOT NULL,
  peer TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  duplicates INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE incident (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  route_id TEXT NOT NULL,
  group_key TEXT NOT NULL,
  receiver TEXT NOT NULL,
  group_labels TEXT NOT NULL,
  annotates INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  closed_at INTEGER,
  flush_at INTEGER,
  flushed_at INTEGER,
  announced_at INTEGER,
  notifications INTEGER NOT NULL,
  timeline_entries INTEGER NOT NULL,
  left_out INTEGER NOT NULL -- alerts missing in the last message about it
) STRICT;
CREATE INDEX incident_open ON incident (id) WHERE closed_at IS NULL;
CREATE INDEX incident_closed ON incident (closed_at) WHERE closed_at IS NOT NULL;

-- Members stay after an incident closed: they are its history.
CREATE TABLE member (
  incident INTEGER NOT NULL,
  alert INTEGER NOT NULL,
  announced INTEGER NOT NULL,
  muted INTEGER NOT NULL,
  PRIMARY KEY (incident, alert)
) STRICT, WITHOUT ROWID;

CREATE TABLE timeline (
  incident INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (incident, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE notification (
  id INTEGER PRIMARY KEY,
  incident INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  at INTEGER NOT NULL,
  firing INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  muted INTEGER NOT NULL,
  alerts TEXT NOT NULL -- lines of: alert id, firing, starts_at, ends_at or -
) STRICT;
CREATE INDEX notification_incident ON notification (incident);

-- pending/unknown --lease--> leased --> delivered | dead | pending again; expired and superseded straight from waiting.
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY,
  notification INTEGER NOT NULL,
  incident INTEGER NOT NULL,
  receiver TEXT NOT NULL,
  kind TEXT NOT NULL,
  position INTEGER NOT NULL,
  state INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  lease_until INTEGER,
  settled_at INTEGER,
  last_error TEXT NOT NULL,
  carries TEXT NOT NULL -- notification ids, blank-separated
) STRICT;
CREATE INDEX delivery_waiting ON delivery (receiver, kind, position, not_before) WHERE state IN (0, 2);
CREATE INDEX delivery_expiry ON delivery (expires_at) WHERE state IN (0, 2);
CREATE INDEX delivery_leased ON delivery (id) WHERE state = 1;
CREATE INDEX delivery_incident ON delivery (incident);

CREATE TABLE remote (
  incident INTEGER NOT NULL,
  receiver TEXT NOT NULL,
  kind TEXT NOT NULL,
  position INTEGER NOT NULL,
  remote_id TEXT NOT NULL,
  PRIMARY KEY (incident, receiver, kind, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;

CREATE TABLE blob (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
