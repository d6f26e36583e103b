-- What was promised and ordered, with every version: the promises outlive every process and are never deleted.

CREATE TABLE agreements (
  name                   text        NOT NULL,
  version                integer     NOT NULL CHECK (version >= 1),
  tenant                 text        NOT NULL,
  gateway_pattern        text        NOT NULL,
  volume_pattern         text        NOT NULL,
  client_pattern         text        NOT NULL,
  reservation_iops       bigint      NOT NULL,
  limit_iops             bigint      NOT NULL,
  limit_bandwidth        bigint      NOT NULL,
  burst_iops             bigint,
  burst_length_ns        bigint,
  weight                 integer     NOT NULL,
  tier                   text        NOT NULL,
  compliance_interval_ns bigint      NOT NULL,
  compliance_target_ppm  integer     NOT NULL,
  compliance_window      text        NOT NULL,
  valid_from             timestamptz NOT NULL,
  valid_until            timestamptz,
  PRIMARY KEY (name, version),
  CHECK (valid_until >= valid_from),
  CHECK ((burst_iops IS NULL) = (burst_length_ns IS NULL))
);
CREATE UNIQUE INDEX agreements_in_force ON agreements (name) WHERE valid_until IS NULL;

COMMENT ON TABLE agreements IS 'Every version of every agreement; at most one version of a name is in force (valid_until is null).';
COMMENT ON COLUMN agreements.name IS 'Name of the agreement.';
COMMENT ON COLUMN agreements.version IS 'Rises by one per change of this name, also after an end [count].';
COMMENT ON COLUMN agreements.tenant IS 'With whom it is.';
COMMENT ON COLUMN agreements.gateway_pattern IS 'Selector: * stands for any characters, ? for one.';
COMMENT ON COLUMN agreements.volume_pattern IS 'Selector: * stands for any characters, ? for one.';
COMMENT ON COLUMN agreements.client_pattern IS 'Selector: * stands for any characters, ? for one.';
COMMENT ON COLUMN agreements.reservation_iops IS 'Granted at any time [I/O per second]; 0 = none.';
COMMENT ON COLUMN agreements.limit_iops IS 'At most [I/O per second]; 0 = no limit.';
COMMENT ON COLUMN agreements.limit_bandwidth IS 'At most [bytes per second]; 0 = no limit.';
COMMENT ON COLUMN agreements.burst_iops IS 'Rate allowed for a limited time after idling [I/O per second]; null = no burst.';
COMMENT ON COLUMN agreements.burst_length_ns IS 'How long the burst may last from a full credit [ns]; null = no burst.';
COMMENT ON COLUMN agreements.weight IS 'Share of what is left over [1 to 1000, no unit].';
COMMENT ON COLUMN agreements.tier IS 'best-effort, bronze, silver or gold: who yields first in a capacity deficit.';
COMMENT ON COLUMN agreements.compliance_interval_ns IS 'Length of the interval that is judged [ns].';
COMMENT ON COLUMN agreements.compliance_target_ppm IS 'Share of the intervals that must be met [parts per million].';
COMMENT ON COLUMN agreements.compliance_window IS 'calendar-month, rolling-30-days or rolling-7-days.';
COMMENT ON COLUMN agreements.valid_from IS 'When this version was established [UTC].';
COMMENT ON COLUMN agreements.valid_until IS 'When it was replaced or ended [UTC]; null = in force.';

CREATE TABLE agreement_latency_points (
  name       text    NOT NULL,
  version    integer NOT NULL,
  point      integer NOT NULL CHECK (point >= 0),
  statistic  text    NOT NULL,
  target_ns  bigint  NOT NULL,
  up_to_iops bigint  NOT NULL,
  PRIMARY KEY (name, version, point),
  FOREIGN KEY (name, version) REFERENCES agreements (name, version)
);

COMMENT ON TABLE agreement_latency_points IS 'The latency promises of an agreement version, in the order of the document.';
COMMENT ON COLUMN agreement_latency_points.name IS 'Name of the agreement.';
COMMENT ON COLUMN agreement_latency_points.version IS 'Version of the agreement [count].';
COMMENT ON COLUMN agreement_latency_points.point IS 'Position in the document, from 0 [count].';
COMMENT ON COLUMN agreement_latency_points.statistic IS 'mean, p50, p90, p95, p99 or p99.9.';
COMMENT ON COLUMN agreement_latency_points.target_ns IS 'The statistic stays at or below this [ns].';
COMMENT ON COLUMN agreement_latency_points.up_to_iops IS 'While the streams ask for at most this [I/O per second]; 0 = at any load.';

CREATE TABLE overrides (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  gateway     text        NOT NULL,
  volume      text        NOT NULL,
  client      text        NOT NULL,
  iops        bigint      NOT NULL,
  bandwidth   bigint      NOT NULL,
  who         text        NOT NULL,
  why         text        NOT NULL,
  valid_from  timestamptz NOT NULL,
  expires     timestamptz,
  valid_until timestamptz,
  CHECK (valid_until >= valid_from)
);
CREATE UNIQUE INDEX overrides_in_force ON overrides (gateway, volume, client) WHERE valid_until IS NULL;

COMMENT ON TABLE overrides IS 'Every operator''s order over the plan; at most one per stream is in force.';
COMMENT ON COLUMN overrides.id IS 'Order of entry [count].';
COMMENT ON COLUMN overrides.gateway IS 'Of the stream.';
COMMENT ON COLUMN overrides.volume IS 'Of the stream.';
COMMENT ON COLUMN overrides.client IS 'Of the stream.';
COMMENT ON COLUMN overrides.iops IS 'At most [I/O per second]; 0 = not overridden.';
COMMENT ON COLUMN overrides.bandwidth IS 'At most [bytes per second]; 0 = not overridden.';
COMMENT ON COLUMN overrides.who IS 'Who ordered it.';
COMMENT ON COLUMN overrides.why IS 'The reason that was given.';
COMMENT ON COLUMN overrides.valid_from IS 'When it was ordered [UTC].';
COMMENT ON COLUMN overrides.expires IS 'When it ends by itself [UTC]; null = when it is taken back.';
COMMENT ON COLUMN overrides.valid_until IS 'When it was replaced or taken back [UTC]; null = it was not.';

-- The history is evidence: a version may be closed once; nothing else about it may change, and nothing may be deleted.
CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.valid_until IS NULL THEN
    IF to_jsonb(NEW) - 'valid_until' = to_jsonb(OLD) - 'valid_until' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the history in % is never changed or deleted', TG_TABLE_NAME;
END
$$;
CREATE FUNCTION refuse_any_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history in % is never changed or deleted', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER agreements_history BEFORE UPDATE OR DELETE ON agreements
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER agreement_latency_points_history BEFORE UPDATE OR DELETE ON agreement_latency_points
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
CREATE TRIGGER overrides_history BEFORE UPDATE OR DELETE ON overrides
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
