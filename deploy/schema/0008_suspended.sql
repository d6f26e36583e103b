-- An agreement may be suspended: a version of it that is neither enforced nor judged.

ALTER TABLE agreements ADD COLUMN suspended boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN agreements.suspended IS 'true: this version reserves nothing and was neither enforced nor judged';
