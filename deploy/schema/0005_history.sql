-- Performance data beyond the second: roll-ups, rows that came too late, what the core found, and what it decided.

-- What the core judges as it happens is a finding; the verdict that counts is made from the stored rows (0006).
ALTER TABLE verdicts RENAME TO findings;
DO $$
DECLARE
  part record;
BEGIN
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'findings'::regclass
  LOOP
    EXECUTE format('ALTER TABLE %I RENAME TO %I', part.relname, 'findings' || substr(part.relname, length('verdicts') + 1));
  END LOOP;
END
$$;
COMMENT ON TABLE findings IS 'What the SLA core found in one interval as it happened: it knows causes that rows do not show. Counts in a verdict as the cause, and as the outcome where no rows are.';

-- Rows of all streams from one second on: what the database manager reads when it is started. Rows come in the order of
-- time, so that a block range index of a few pages finds them.
CREATE INDEX samples_by_time ON samples USING brin (second) WITH (pages_per_range = 32);

CREATE TABLE late_samples (
  LIKE samples INCLUDING DEFAULTS INCLUDING COMMENTS,
  PRIMARY KEY (stream, second, incarnation, first_sequence)
) PARTITION BY RANGE (second);
CREATE TABLE late_samples_default PARTITION OF late_samples DEFAULT;
COMMENT ON TABLE late_samples IS 'Rows that came after their second was closed: kept apart, in no roll-up and no verdict.';

CREATE TABLE minutes (
  stream                 integer     NOT NULL,
  since                  timestamptz NOT NULL,
  seconds                integer     NOT NULL,
  interval_ns            bigint      NOT NULL,
  arrivals               bigint      NOT NULL,
  completions            bigint      NOT NULL,
  errors                 bigint      NOT NULL,
  reads                  bigint      NOT NULL,
  writes                 bigint      NOT NULL,
  read_bytes             bigint      NOT NULL,
  write_bytes            bigint      NOT NULL,
  peak_completions       bigint      NOT NULL,
  limited_by_rate_ns     bigint      NOT NULL,
  limited_by_depth_ns    bigint      NOT NULL,
  backend_latency_sum_ns bigint      NOT NULL,
  total_latency_sum_ns   bigint      NOT NULL,
  backend                text        NOT NULL,
  backend_latency        integer[]   NOT NULL,
  total_latency          integer[]   NOT NULL,
  PRIMARY KEY (stream, since)
) PARTITION BY RANGE (since);
CREATE INDEX minutes_by_time ON minutes USING brin (since);
CREATE TABLE minutes_default PARTITION OF minutes DEFAULT;

COMMENT ON TABLE minutes IS 'The rows of one stream and UTC minute added up. Histograms add up too, so that a percentile of any period is that of its requests.';
COMMENT ON COLUMN minutes.stream IS 'streams.id [no unit].';
COMMENT ON COLUMN minutes.since IS 'Beginning of the minute [UTC].';
COMMENT ON COLUMN minutes.seconds IS 'Seconds of which there are rows [count].';
COMMENT ON COLUMN minutes.interval_ns IS 'Measured time [ns].';
COMMENT ON COLUMN minutes.arrivals IS 'Requests received [count].';
COMMENT ON COLUMN minutes.completions IS 'Requests answered, errors included [count].';
COMMENT ON COLUMN minutes.errors IS 'Requests answered with an error [count].';
COMMENT ON COLUMN minutes.reads IS 'Completed reads [count].';
COMMENT ON COLUMN minutes.writes IS 'Completed writes, zeroes and trims included [count].';
COMMENT ON COLUMN minutes.read_bytes IS 'Read [bytes].';
COMMENT ON COLUMN minutes.write_bytes IS 'Written [bytes].';
COMMENT ON COLUMN minutes.peak_completions IS 'Most requests answered in one second [count].';
COMMENT ON COLUMN minutes.limited_by_rate_ns IS 'How long a request was held back by the rate [ns].';
COMMENT ON COLUMN minutes.limited_by_depth_ns IS 'How long a request was held back by the depth [ns].';
COMMENT ON COLUMN minutes.backend_latency_sum_ns IS 'Sum over the requests in backend_latency [ns].';
COMMENT ON COLUMN minutes.total_latency_sum_ns IS 'Sum over the requests in total_latency [ns].';
COMMENT ON COLUMN minutes.backend IS 'Name of the backend, of the last row.';
COMMENT ON COLUMN minutes.backend_latency IS 'Histogram [count], in the form of samples.backend_latency.';
COMMENT ON COLUMN minutes.total_latency IS 'Histogram [count], in the form of samples.backend_latency.';

CREATE TABLE hours (LIKE minutes INCLUDING DEFAULTS INCLUDING COMMENTS, PRIMARY KEY (stream, since)) PARTITION BY RANGE (since);
CREATE TABLE hours_default PARTITION OF hours DEFAULT;
COMMENT ON TABLE hours IS 'The minutes of one stream and UTC hour added up; peak_completions is the most of them.';
COMMENT ON COLUMN hours.since IS 'Beginning of the hour [UTC].';

-- Up to where everything is derived: what is older is closed, what is younger is derived again after a restart.
CREATE TABLE progress (
  derivation text        PRIMARY KEY,
  until      timestamptz NOT NULL
);
COMMENT ON TABLE progress IS 'How far what is derived from the rows has come.';
COMMENT ON COLUMN progress.derivation IS 'seconds (closed: later rows are late), minutes, hours or verdicts.';
COMMENT ON COLUMN progress.until IS 'Everything before it is done [UTC].';

CREATE TABLE decisions (
  at          timestamptz NOT NULL,
  gateway     text        NOT NULL,
  volume      text        NOT NULL,
  client      text        NOT NULL,
  generation  bigint      NOT NULL,
  rule        text        NOT NULL,
  agreement   text        NOT NULL,
  beneficiary text        NOT NULL,
  backend     text        NOT NULL,
  iops        bigint      NOT NULL,
  bandwidth   bigint      NOT NULL,
  depth       bigint      NOT NULL,
  measured_ns bigint      NOT NULL,
  target_ns   bigint      NOT NULL,
  demand      bigint      NOT NULL,
  promised    bigint      NOT NULL,
  capacity    bigint      NOT NULL,
  observed    boolean     NOT NULL,
  stored      timestamptz NOT NULL DEFAULT now(),
  position    bigint      NOT NULL,
  hash        bytea       NOT NULL,
  PRIMARY KEY (at, gateway, volume, client, rule, beneficiary)
) PARTITION BY RANGE (at);
CREATE TABLE decisions_default PARTITION OF decisions DEFAULT;
CREATE INDEX decisions_of_stream ON decisions (gateway, volume, client, at);
CREATE INDEX decisions_in_chain ON decisions (position);

COMMENT ON TABLE decisions IS 'Each time the rule or the beneficiary of a stream''s throttle changed, with the figures that it rests on.';
COMMENT ON COLUMN decisions.at IS 'Since when this rule holds for the stream [UTC]: the same for who tells of it again.';
COMMENT ON COLUMN decisions.gateway IS 'Of the stream.';
COMMENT ON COLUMN decisions.volume IS 'Of the stream.';
COMMENT ON COLUMN decisions.client IS 'Of the stream.';
COMMENT ON COLUMN decisions.generation IS 'Generation of the throttle [count].';
COMMENT ON COLUMN decisions.rule IS 'As in logs and in the API, for example protection; none = it ended.';
COMMENT ON COLUMN decisions.agreement IS 'The stream''s own agreement; empty = none.';
COMMENT ON COLUMN decisions.beneficiary IS 'For whom: the agreement that is protected, or the operator; empty = nobody.';
COMMENT ON COLUMN decisions.backend IS 'Name of the backend.';
COMMENT ON COLUMN decisions.iops IS 'At most [I/O per second]; 0 = not limited.';
COMMENT ON COLUMN decisions.bandwidth IS 'At most [bytes per second]; 0 = not limited.';
COMMENT ON COLUMN decisions.depth IS 'Requests at the backend at most [count]; 0 = not limited.';
COMMENT ON COLUMN decisions.measured_ns IS 'The beneficiary''s latency then [ns].';
COMMENT ON COLUMN decisions.target_ns IS 'The latency that it was promised [ns].';
COMMENT ON COLUMN decisions.demand IS 'What the stream asked for [I/O per second].';
COMMENT ON COLUMN decisions.promised IS 'What the stream was promised [I/O per second].';
COMMENT ON COLUMN decisions.capacity IS 'What the backend was measured to give [I/O per second].';
COMMENT ON COLUMN decisions.observed IS 'The policy only observes: nothing was sent.';
COMMENT ON COLUMN decisions.stored IS 'When the row was stored [UTC].';
COMMENT ON COLUMN decisions.position IS 'In the chain of all decisions, from 1 [count].';
COMMENT ON COLUMN decisions.hash IS 'SHA-256 over the hash before and this row (actors/evidence/README.md).';
