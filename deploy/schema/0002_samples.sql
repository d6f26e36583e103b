-- Performance data: one row per stream and second, in partitions of one UTC day each.

CREATE TABLE streams (
  id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  gateway    text        NOT NULL,
  volume     text        NOT NULL,
  client     text        NOT NULL,
  first_seen timestamptz NOT NULL DEFAULT now(),
  UNIQUE (gateway, volume, client)
);

COMMENT ON TABLE streams IS 'Gives every stream a short number. Streams are never deleted.';
COMMENT ON COLUMN streams.id IS 'The number [no unit].';
COMMENT ON COLUMN streams.gateway IS 'Name of the gateway.';
COMMENT ON COLUMN streams.volume IS 'Name of the volume.';
COMMENT ON COLUMN streams.client IS 'Name of the client.';
COMMENT ON COLUMN streams.first_seen IS 'When its first row was stored [UTC].';

-- The primary key makes a repeated row harmless; its included columns answer range reads of one stream from the index.
-- No foreign key to streams: a check per row would cost ingest, and numbers come from that table only.
CREATE TABLE samples (
  stream                 integer     NOT NULL,
  second                 timestamptz NOT NULL,
  incarnation            bigint      NOT NULL,
  first_sequence         bigint      NOT NULL,
  last_sequence          bigint      NOT NULL,
  samples                bigint      NOT NULL,
  interval_ns            bigint      NOT NULL,
  arrivals               bigint      NOT NULL,
  completions            bigint      NOT NULL,
  errors                 bigint      NOT NULL,
  reads                  bigint      NOT NULL,
  writes                 bigint      NOT NULL,
  read_bytes             bigint      NOT NULL,
  write_bytes            bigint      NOT NULL,
  backlog                bigint      NOT NULL,
  in_flight              bigint      NOT NULL,
  mean_in_flight         real        NOT NULL,
  limited_by_rate_ns     bigint      NOT NULL,
  limited_by_depth_ns    bigint      NOT NULL,
  backend_latency_sum_ns bigint      NOT NULL,
  total_latency_sum_ns   bigint      NOT NULL,
  generation             bigint      NOT NULL,
  stored                 timestamptz NOT NULL DEFAULT now(),
  control                smallint    NOT NULL,
  backend                text        NOT NULL,
  backend_latency        integer[]   NOT NULL,
  total_latency          integer[]   NOT NULL,
  PRIMARY KEY (stream, second, incarnation, first_sequence)
    INCLUDE (interval_ns, arrivals, completions, read_bytes, write_bytes, backend_latency_sum_ns, total_latency_sum_ns)
) PARTITION BY RANGE (second);

-- Seconds for which no day is kept ready (a clock that jumped). Making the day's partition moves them there.
CREATE TABLE samples_default PARTITION OF samples DEFAULT;

COMMENT ON TABLE samples IS 'What one stream did in one wall-clock second. Two rows of one second (the application server was restarted in it) add up.';
COMMENT ON COLUMN samples.stream IS 'streams.id [no unit].';
COMMENT ON COLUMN samples.second IS 'Beginning of the second, by the gateway''s wall clock [UTC].';
COMMENT ON COLUMN samples.incarnation IS 'Life of the gateway: an unsigned 64-bit number in two''s complement [no unit].';
COMMENT ON COLUMN samples.first_sequence IS 'Sequence of the first sample in the row [count].';
COMMENT ON COLUMN samples.last_sequence IS 'Sequence of the last sample in the row [count].';
COMMENT ON COLUMN samples.samples IS 'Samples in the row; fewer than last_sequence - first_sequence + 1 when some were lost [count].';
COMMENT ON COLUMN samples.interval_ns IS 'Measured time that the row covers [ns].';
COMMENT ON COLUMN samples.arrivals IS 'Requests received [count].';
COMMENT ON COLUMN samples.completions IS 'Requests answered, errors included [count].';
COMMENT ON COLUMN samples.errors IS 'Requests answered with an error [count].';
COMMENT ON COLUMN samples.reads IS 'Completed reads [count].';
COMMENT ON COLUMN samples.writes IS 'Completed writes, zeroes and trims included [count].';
COMMENT ON COLUMN samples.read_bytes IS 'Read [bytes].';
COMMENT ON COLUMN samples.write_bytes IS 'Written [bytes].';
COMMENT ON COLUMN samples.backlog IS 'Requests waiting in the gateway for their throttle, at the row''s end [count].';
COMMENT ON COLUMN samples.in_flight IS 'Requests at the backend, at the row''s end [count].';
COMMENT ON COLUMN samples.mean_in_flight IS 'Requests at the backend, mean over interval_ns [count].';
COMMENT ON COLUMN samples.limited_by_rate_ns IS 'How long a request was held back by the rate [ns].';
COMMENT ON COLUMN samples.limited_by_depth_ns IS 'How long a request was held back by the depth [ns].';
COMMENT ON COLUMN samples.backend_latency_sum_ns IS 'Sum over the requests in backend_latency [ns].';
COMMENT ON COLUMN samples.total_latency_sum_ns IS 'Sum over the requests in total_latency [ns].';
COMMENT ON COLUMN samples.generation IS 'Generation of the throttle last accepted by the gateway; 0 = none [count].';
COMMENT ON COLUMN samples.stored IS 'When the row was stored [UTC].';
COMMENT ON COLUMN samples.control IS 'Rule in force: 0 unlimited, 1 fixed, 2 throttled, 3 envelope [code].';
COMMENT ON COLUMN samples.backend IS 'Name of the backend.';
COMMENT ON COLUMN samples.backend_latency IS 'Histogram from submission to the backend''s answer. One cell per bucket that is not empty: cell >> 23 is the bucket, cell & 8388607 requests [count]; cells of one bucket add up. Bucket b ends at (9 + b % 8) * 2^(7 + b / 8) ns, with integer division.';
COMMENT ON COLUMN samples.total_latency IS 'Histogram from receipt of the request to its reply [count], in the form of backend_latency.';
