-- How backends are controlled, with every version: what was decided is judged by the policy that held then.

CREATE TABLE policies (
  version     integer     PRIMARY KEY CHECK (version >= 1),
  author      text        NOT NULL,
  reason      text        NOT NULL,
  valid_from  timestamptz NOT NULL,
  valid_until timestamptz,
  CHECK (valid_until >= valid_from)
);
CREATE UNIQUE INDEX policies_in_force ON policies ((true)) WHERE valid_until IS NULL;

COMMENT ON TABLE policies IS 'Every version of the policy; at most one is in force (valid_until is null).';
COMMENT ON COLUMN policies.version IS 'Rises by one per change [count].';
COMMENT ON COLUMN policies.author IS 'Who established it.';
COMMENT ON COLUMN policies.reason IS 'Why; may be empty.';
COMMENT ON COLUMN policies.valid_from IS 'When this version was established [UTC].';
COMMENT ON COLUMN policies.valid_until IS 'When it was replaced [UTC]; null = in force.';

CREATE TABLE policy_rules (
  version         integer NOT NULL REFERENCES policies (version),
  rule            integer NOT NULL CHECK (rule >= 1),
  backend_pattern text    NOT NULL,
  PRIMARY KEY (version, rule)
);

COMMENT ON TABLE policy_rules IS 'For which backends a policy has settings of their own.';
COMMENT ON COLUMN policy_rules.version IS 'Version of the policy [count].';
COMMENT ON COLUMN policy_rules.rule IS 'Position in the document, from 1 [count].';
COMMENT ON COLUMN policy_rules.backend_pattern IS 'Name of the backends: * stands for any characters, ? for one.';

CREATE TABLE policy_settings (
  version  integer NOT NULL REFERENCES policies (version),
  rule     integer NOT NULL CHECK (rule >= 0),
  position integer NOT NULL CHECK (position >= 0),
  name     text    NOT NULL,
  value    text    NOT NULL,
  PRIMARY KEY (version, rule, position)
);

COMMENT ON TABLE policy_settings IS 'The settings that a policy gives; what it does not give is as the SLA core was started with.';
COMMENT ON COLUMN policy_settings.version IS 'Version of the policy [count].';
COMMENT ON COLUMN policy_settings.rule IS 'policy_rules.rule; 0 = for all backends [count].';
COMMENT ON COLUMN policy_settings.position IS 'Position in the document, from 0 [count].';
COMMENT ON COLUMN policy_settings.name IS 'As in the document, for example hysteresis.sticky.';
COMMENT ON COLUMN policy_settings.value IS 'As in the document, with its unit, for example 2s, 65%, observe or 50 [I/O per second].';

CREATE TABLE policy_tenants (
  version  integer NOT NULL REFERENCES policies (version),
  position integer NOT NULL CHECK (position >= 0),
  name     text    NOT NULL,
  parent   text    NOT NULL,
  weight   integer NOT NULL CHECK (weight >= 1),
  PRIMARY KEY (version, position)
);

COMMENT ON TABLE policy_tenants IS 'How much tenants weigh against each other by a policy.';
COMMENT ON COLUMN policy_tenants.version IS 'Version of the policy [count].';
COMMENT ON COLUMN policy_tenants.position IS 'Position in the document, from 0 [count].';
COMMENT ON COLUMN policy_tenants.name IS 'The tenant, as in agreements.tenant.';
COMMENT ON COLUMN policy_tenants.parent IS 'The tenant that it is a part of; empty = none.';
COMMENT ON COLUMN policy_tenants.weight IS 'Against its siblings [1 to 1000, no unit].';

CREATE TRIGGER policies_history BEFORE UPDATE OR DELETE ON policies
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER policy_rules_history BEFORE UPDATE OR DELETE ON policy_rules
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
CREATE TRIGGER policy_settings_history BEFORE UPDATE OR DELETE ON policy_settings
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
CREATE TRIGGER policy_tenants_history BEFORE UPDATE OR DELETE ON policy_tenants
  FOR EACH ROW EXECUTE FUNCTION refuse_any_change();
