-- What was judged and what happened, in partitions of one UTC month each.

CREATE TABLE verdicts (
  agreement   text        NOT NULL,
  version     integer     NOT NULL,
  point       integer     NOT NULL,
  since       timestamptz NOT NULL,
  length_ns   bigint      NOT NULL,
  outcome     text        NOT NULL,
  cause       text        NOT NULL,
  culprit     text        NOT NULL,
  measured_ns bigint      NOT NULL,
  target_ns   bigint      NOT NULL,
  iops        bigint      NOT NULL,
  stored      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (agreement, version, point, since)
) PARTITION BY RANGE (since);
CREATE TABLE verdicts_default PARTITION OF verdicts DEFAULT;

COMMENT ON TABLE verdicts IS 'Whether a promise was kept in one interval, with the figures and the cause.';
COMMENT ON COLUMN verdicts.agreement IS 'Name of the agreement.';
COMMENT ON COLUMN verdicts.version IS 'Version of the agreement [count].';
COMMENT ON COLUMN verdicts.point IS 'Which latency point; the number of points stands for the reservation [count].';
COMMENT ON COLUMN verdicts.since IS 'Beginning of the interval [UTC].';
COMMENT ON COLUMN verdicts.length_ns IS 'Length of the interval [ns].';
COMMENT ON COLUMN verdicts.outcome IS 'met, violated, exempt or no-data.';
COMMENT ON COLUMN verdicts.cause IS 'none, stream, capacity, backend, gateway or control.';
COMMENT ON COLUMN verdicts.culprit IS 'The stream that caused it; empty = none.';
COMMENT ON COLUMN verdicts.measured_ns IS 'The promised statistic as it was [ns].';
COMMENT ON COLUMN verdicts.target_ns IS 'The promised statistic [ns].';
COMMENT ON COLUMN verdicts.iops IS 'Mean delivered rate [I/O per second].';
COMMENT ON COLUMN verdicts.stored IS 'When the row was stored [UTC].';

CREATE TABLE events (
  at      timestamptz NOT NULL,
  kind    text        NOT NULL,
  subject text        NOT NULL,
  text    text        NOT NULL,
  stored  timestamptz NOT NULL DEFAULT now()
) PARTITION BY RANGE (at);
CREATE TABLE events_default PARTITION OF events DEFAULT;
-- An event that is equal in everything is the same event; the digest keeps a long text out of the index.
CREATE UNIQUE INDEX events_once ON events (at, kind, subject, md5(text));

COMMENT ON TABLE events IS 'What happened and people will ask about.';
COMMENT ON COLUMN events.at IS 'When it happened [UTC].';
COMMENT ON COLUMN events.kind IS 'The name as in logs and in the API, for example gateway-lost.';
COMMENT ON COLUMN events.subject IS 'The gateway, stream, agreement or backend.';
COMMENT ON COLUMN events.text IS 'One sentence with the figures.';
COMMENT ON COLUMN events.stored IS 'When the row was stored [UTC].';
