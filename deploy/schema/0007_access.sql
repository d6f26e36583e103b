-- Who may use the interface: tokens, by the digests of their secrets. A token is never deleted: the audit trail names it.

CREATE TABLE access_tokens (
  id         text        PRIMARY KEY CHECK (id ~ '^[a-z2-7]{8}$'),
  digest     bytea       NOT NULL CHECK (length(digest) = 32),
  role       text        NOT NULL CHECK (role IN ('customer', 'viewer', 'operator', 'admin')),
  tenant     text        NOT NULL DEFAULT '',
  label      text        NOT NULL,
  created_by text        NOT NULL,
  created    timestamptz NOT NULL,
  expires    timestamptz,
  revoked    timestamptz,
  CHECK ((role = 'customer') = (tenant <> ''))
);

COMMENT ON TABLE access_tokens IS 'Tokens of the HTTP interface; one that was revoked or is over stays.';
COMMENT ON COLUMN access_tokens.id IS 'Names the token, is part of its text, and is no secret.';
COMMENT ON COLUMN access_tokens.digest IS 'SHA-256 of the secret part of its text.';
COMMENT ON COLUMN access_tokens.role IS 'What its owner may do.';
COMMENT ON COLUMN access_tokens.tenant IS 'Whose agreements a customer sees; empty for other roles.';
COMMENT ON COLUMN access_tokens.label IS 'What it is for, or whose it is.';
COMMENT ON COLUMN access_tokens.created_by IS 'Which token asked for it.';
COMMENT ON COLUMN access_tokens.created IS 'When it was made [UTC].';
COMMENT ON COLUMN access_tokens.expires IS 'From when on it opens nothing [UTC]; null = never.';
COMMENT ON COLUMN access_tokens.revoked IS 'When it was taken back [UTC]; null = it was not.';
