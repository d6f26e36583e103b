-- What a provider and a customer argue about: verdicts, exclusions, remedies, and the chains that prove them.

ALTER TABLE findings ADD COLUMN late boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN findings.late IS 'It came after its interval was judged: it changes nothing.';

ALTER TABLE agreements ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';
COMMENT ON COLUMN agreements.time_zone IS 'In which calendar windows and periods begin, as in the tz database, for example Europe/Berlin.';

CREATE TABLE agreement_remedies (
  name       text    NOT NULL,
  version    integer NOT NULL,
  position   integer NOT NULL CHECK (position >= 0),
  below_ppm  integer NOT NULL CHECK (below_ppm BETWEEN 1 AND 1000000),
  credit_ppm integer NOT NULL CHECK (credit_ppm BETWEEN 0 AND 1000000),
  PRIMARY KEY (name, version, position),
  FOREIGN KEY (name, version) REFERENCES agreements (name, version)
);
COMMENT ON TABLE agreement_remedies IS 'What the provider gives back when compliance falls below a tier; the lowest tier that is not reached counts.';
COMMENT ON COLUMN agreement_remedies.name IS 'Name of the agreement.';
COMMENT ON COLUMN agreement_remedies.version IS 'Version of the agreement [count].';
COMMENT ON COLUMN agreement_remedies.position IS 'Position in the document, from 0 [count].';
COMMENT ON COLUMN agreement_remedies.below_ppm IS 'When compliance of a period is below this [parts per million].';
COMMENT ON COLUMN agreement_remedies.credit_ppm IS 'This part of the period''s price is given back [parts per million].';
CREATE TRIGGER agreement_remedies_history BEFORE UPDATE OR DELETE ON agreement_remedies
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();

CREATE TABLE verdicts (
  agreement        text        NOT NULL,
  version          integer     NOT NULL,
  point            integer     NOT NULL,
  since            timestamptz NOT NULL,
  length_ns        bigint      NOT NULL,
  outcome          text        NOT NULL,
  cause            text        NOT NULL,
  culprit          text        NOT NULL,
  measured_ns      bigint      NOT NULL,
  target_ns        bigint      NOT NULL,
  iops             bigint      NOT NULL,
  requests         bigint      NOT NULL,
  measured_seconds integer     NOT NULL,
  basis            text        NOT NULL,
  stored           timestamptz NOT NULL DEFAULT now(),
  position         bigint      NOT NULL,
  hash             bytea       NOT NULL,
  PRIMARY KEY (agreement, since, point, version)
) PARTITION BY RANGE (since);
CREATE TABLE verdicts_default PARTITION OF verdicts DEFAULT;
CREATE INDEX verdicts_violated ON verdicts (agreement, since) WHERE outcome = 'violated';

COMMENT ON TABLE verdicts IS 'Whether a promise was kept in one interval, judged from the stored rows once the interval is closed. Never changed.';
COMMENT ON COLUMN verdicts.agreement IS 'Name of the agreement.';
COMMENT ON COLUMN verdicts.version IS 'Version of the agreement [count].';
COMMENT ON COLUMN verdicts.point IS 'Which latency point; the number of points stands for the reservation [count].';
COMMENT ON COLUMN verdicts.since IS 'Beginning of the interval [UTC].';
COMMENT ON COLUMN verdicts.length_ns IS 'Length of the interval [ns].';
COMMENT ON COLUMN verdicts.outcome IS 'met, violated, exempt or no-data. Whether it is excluded is decided when a period is accounted.';
COMMENT ON COLUMN verdicts.cause IS 'none, stream, capacity, backend, gateway or control.';
COMMENT ON COLUMN verdicts.culprit IS 'The stream that caused it; empty = none.';
COMMENT ON COLUMN verdicts.measured_ns IS 'The promised statistic as it was [ns].';
COMMENT ON COLUMN verdicts.target_ns IS 'The promised statistic [ns].';
COMMENT ON COLUMN verdicts.iops IS 'Mean delivered rate [I/O per second].';
COMMENT ON COLUMN verdicts.requests IS 'Requests that the promise covered [count].';
COMMENT ON COLUMN verdicts.measured_seconds IS 'Seconds of the interval of which there are rows [count].';
COMMENT ON COLUMN verdicts.basis IS 'rows, or finding where the rows are missing and only what the core found is known.';
COMMENT ON COLUMN verdicts.stored IS 'When the row was stored [UTC].';
COMMENT ON COLUMN verdicts.position IS 'In the chain of the agreement''s verdicts, from 1 [count].';
COMMENT ON COLUMN verdicts.hash IS 'SHA-256 over the hash before and this row (actors/evidence/README.md).';

CREATE TABLE imported_verdicts (
  agreement        text        NOT NULL,
  version          integer     NOT NULL,
  point            integer     NOT NULL,
  since            timestamptz NOT NULL,
  length_ns        bigint      NOT NULL,
  outcome          text        NOT NULL,
  cause            text        NOT NULL,
  culprit          text        NOT NULL,
  measured_ns      bigint      NOT NULL,
  target_ns        bigint      NOT NULL,
  iops             bigint      NOT NULL,
  requests         bigint      NOT NULL,
  measured_seconds integer     NOT NULL,
  basis            text        NOT NULL,
  author           text        NOT NULL,
  imported         timestamptz NOT NULL,
  PRIMARY KEY (agreement, since, point, version)
);
COMMENT ON TABLE imported_verdicts IS 'Verdicts that were made elsewhere and read from a file: to be looked at, in no account, no report and no chain. Kept until somebody deletes them.';
COMMENT ON COLUMN imported_verdicts.agreement IS 'Name of the agreement there; it need not exist here.';
COMMENT ON COLUMN imported_verdicts.version IS 'Version of the agreement there [count].';
COMMENT ON COLUMN imported_verdicts.point IS 'As in verdicts [count].';
COMMENT ON COLUMN imported_verdicts.since IS 'Beginning of the interval [UTC].';
COMMENT ON COLUMN imported_verdicts.length_ns IS 'Length of the interval [ns].';
COMMENT ON COLUMN imported_verdicts.outcome IS 'As in verdicts.';
COMMENT ON COLUMN imported_verdicts.cause IS 'As in verdicts.';
COMMENT ON COLUMN imported_verdicts.culprit IS 'As in verdicts.';
COMMENT ON COLUMN imported_verdicts.measured_ns IS 'As in verdicts [ns].';
COMMENT ON COLUMN imported_verdicts.target_ns IS 'As in verdicts [ns].';
COMMENT ON COLUMN imported_verdicts.iops IS 'As in verdicts [I/O per second].';
COMMENT ON COLUMN imported_verdicts.requests IS 'As in verdicts [count].';
COMMENT ON COLUMN imported_verdicts.measured_seconds IS 'As in verdicts [count].';
COMMENT ON COLUMN imported_verdicts.basis IS 'As in verdicts.';
COMMENT ON COLUMN imported_verdicts.author IS 'Who imported it.';
COMMENT ON COLUMN imported_verdicts.imported IS 'When it was imported [UTC].';

CREATE TABLE compliance_hours (
  agreement text        NOT NULL,
  since     timestamptz NOT NULL,
  point     integer     NOT NULL,
  version   integer     NOT NULL,
  met       integer     NOT NULL,
  violated  integer     NOT NULL,
  exempt    integer     NOT NULL,
  no_data   integer     NOT NULL,
  idle      integer     NOT NULL DEFAULT 0,
  PRIMARY KEY (agreement, since, point, version) INCLUDE (met, violated, exempt, no_data, idle)
) PARTITION BY RANGE (since);
CREATE TABLE compliance_hours_default PARTITION OF compliance_hours DEFAULT;
COMMENT ON TABLE compliance_hours IS 'The verdicts of one UTC hour, counted. An interval belongs to the hour in which it begins.';
COMMENT ON COLUMN compliance_hours.agreement IS 'Name of the agreement.';
COMMENT ON COLUMN compliance_hours.since IS 'Beginning of the hour [UTC].';
COMMENT ON COLUMN compliance_hours.point IS 'As in verdicts; -1 stands for all objectives of an interval together, where there are several [count].';
COMMENT ON COLUMN compliance_hours.version IS 'Version of the agreement [count].';
COMMENT ON COLUMN compliance_hours.met IS 'Intervals [count].';
COMMENT ON COLUMN compliance_hours.violated IS 'Intervals [count].';
COMMENT ON COLUMN compliance_hours.exempt IS 'Intervals in which more was asked for than the promise covers [count].';
COMMENT ON COLUMN compliance_hours.no_data IS 'Intervals in which nothing was measured, or nothing was asked for [count].';
COMMENT ON COLUMN compliance_hours.idle IS 'Of no_data: measured throughout, nothing was asked for [count].';

CREATE TABLE exclusions (
  id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  agreement_pattern text        NOT NULL,
  starts            timestamptz NOT NULL,
  length_ns         bigint      NOT NULL CHECK (length_ns > 0),
  recurrence        text        NOT NULL,
  time_zone         text        NOT NULL,
  author            text        NOT NULL,
  reason            text        NOT NULL CHECK (reason <> ''),
  correction        boolean     NOT NULL,
  withdraws         bigint REFERENCES exclusions (id),
  entered           timestamptz NOT NULL
);
CREATE UNIQUE INDEX exclusions_withdrawn_once ON exclusions (withdraws) WHERE withdraws IS NOT NULL;
CREATE TRIGGER exclusions_history BEFORE UPDATE OR DELETE ON exclusions
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
COMMENT ON TABLE exclusions IS 'Times that count neither way: maintenance windows and single ones. Entries are never changed: one is withdrawn by another.';
COMMENT ON COLUMN exclusions.id IS 'Order of entry [count].';
COMMENT ON COLUMN exclusions.agreement_pattern IS 'For which agreements: * stands for any characters, ? for one.';
COMMENT ON COLUMN exclusions.starts IS 'Beginning, of the first one if it recurs [UTC].';
COMMENT ON COLUMN exclusions.length_ns IS 'Length of each [ns].';
COMMENT ON COLUMN exclusions.recurrence IS 'RRULE of RFC 5545, for example FREQ=WEEKLY;BYDAY=SU; empty = once.';
COMMENT ON COLUMN exclusions.time_zone IS 'In which recurrences are counted, as in the tz database.';
COMMENT ON COLUMN exclusions.author IS 'Who entered it.';
COMMENT ON COLUMN exclusions.reason IS 'Why.';
COMMENT ON COLUMN exclusions.correction IS 'It was entered after the end of a period that it touches.';
COMMENT ON COLUMN exclusions.withdraws IS 'The entry that this one takes back; null = none. Then starts, length and recurrence repeat that entry''s.';
COMMENT ON COLUMN exclusions.entered IS 'When it was entered [UTC].';

CREATE TABLE audit (
  id      bigint GENERATED ALWAYS AS IDENTITY,
  at      timestamptz NOT NULL,
  who     text        NOT NULL,
  action  text        NOT NULL,
  subject text        NOT NULL,
  detail  text        NOT NULL,
  stored  timestamptz NOT NULL DEFAULT now()
) PARTITION BY RANGE (at);
CREATE UNIQUE INDEX audit_once ON audit (at, action, subject, md5(who || ' ' || detail));
CREATE TABLE audit_default PARTITION OF audit DEFAULT;
COMMENT ON TABLE audit IS 'Who changed or exported what over the interface.';
COMMENT ON COLUMN audit.id IS 'Order of storing [count].';
COMMENT ON COLUMN audit.at IS 'When [UTC].';
COMMENT ON COLUMN audit.who IS 'Name of the token that was used.';
COMMENT ON COLUMN audit.action IS 'For example create-agreement or export-evidence.';
COMMENT ON COLUMN audit.subject IS 'Name of what was changed.';
COMMENT ON COLUMN audit.detail IS 'One sentence.';
COMMENT ON COLUMN audit.stored IS 'When the row was stored [UTC].';

CREATE TABLE ledger (
  position bigint      PRIMARY KEY,
  at       timestamptz NOT NULL,
  kind     text        NOT NULL,
  subject  text        NOT NULL,
  body     text        NOT NULL,
  hash     bytea       NOT NULL
);
CREATE INDEX ledger_of_subject ON ledger (subject, position);
CREATE TRIGGER ledger_history BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
COMMENT ON TABLE ledger IS 'What is proved besides verdicts and decisions: each agreement version, its end, each exclusion, each policy version and each daily root, in one chain.';
COMMENT ON COLUMN ledger.position IS 'In the chain, from 1 [count].';
COMMENT ON COLUMN ledger.at IS 'When it was entered [UTC].';
COMMENT ON COLUMN ledger.kind IS 'agreement, agreement-end, exclusion, policy or root.';
COMMENT ON COLUMN ledger.subject IS 'Name of the agreement, pattern of the exclusion, day of the root, or policy.';
COMMENT ON COLUMN ledger.body IS 'The entry in the form that is hashed (actors/evidence/README.md).';
COMMENT ON COLUMN ledger.hash IS 'SHA-256 over the hash before and this entry.';

CREATE TABLE chain_heads (
  chain    text   PRIMARY KEY,
  position bigint NOT NULL,
  hash     bytea  NOT NULL
);
COMMENT ON TABLE chain_heads IS 'Where each chain ends now.';
COMMENT ON COLUMN chain_heads.chain IS 'verdicts/ and the agreement''s name, decisions, or ledger.';
COMMENT ON COLUMN chain_heads.position IS 'Of the last entry [count].';
COMMENT ON COLUMN chain_heads.hash IS 'Of the last entry.';

CREATE TABLE roots (
  day        date   PRIMARY KEY,
  root       bytea  NOT NULL,
  public_key bytea  NOT NULL,
  signature  bytea  NOT NULL
);
CREATE TRIGGER roots_history BEFORE UPDATE OR DELETE ON roots FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
COMMENT ON TABLE roots IS 'One per UTC day: the Merkle root over the heads of all chains at its end, signed.';
COMMENT ON COLUMN roots.day IS 'The day [UTC].';
COMMENT ON COLUMN roots.root IS 'SHA-256 (actors/evidence/README.md).';
COMMENT ON COLUMN roots.public_key IS 'Ed25519, of the key that signed.';
COMMENT ON COLUMN roots.signature IS 'Ed25519 over the day and the root.';

CREATE TABLE root_leaves (
  day      date   NOT NULL REFERENCES roots (day),
  chain    text   NOT NULL,
  position bigint NOT NULL,
  hash     bytea  NOT NULL,
  PRIMARY KEY (day, chain)
);
CREATE TRIGGER root_leaves_history BEFORE UPDATE OR DELETE ON root_leaves FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
COMMENT ON TABLE root_leaves IS 'The heads that a root is made of, in the order of their names.';
COMMENT ON COLUMN root_leaves.day IS 'roots.day [UTC].';
COMMENT ON COLUMN root_leaves.chain IS 'chain_heads.chain; with /entries: the tree over what came since the root before (actors/evidence/README.md).';
COMMENT ON COLUMN root_leaves.position IS 'Of the chain''s last entry then [count].';
COMMENT ON COLUMN root_leaves.hash IS 'Of the chain''s last entry then.';
