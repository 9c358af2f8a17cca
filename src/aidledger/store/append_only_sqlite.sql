-- Not trusted: a seat belt against accidents. Whoever owns the file can drop these triggers, and
-- `aidledger verify` finds what was changed.
--
-- INSERT OR REPLACE deletes without firing a trigger unless the connection has recursive_triggers
-- on, as ours have. A trigger before each insert would cost a sixth of the speed.

CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'aidledger: entries can be added and never changed'); END;

CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'aidledger: entries can be added and never changed'); END;

CREATE TRIGGER nodes_no_update BEFORE UPDATE ON nodes
BEGIN SELECT RAISE(ABORT, 'aidledger: nodes can be added and never changed'); END;

CREATE TRIGGER nodes_no_delete BEFORE DELETE ON nodes
BEGIN SELECT RAISE(ABORT, 'aidledger: nodes can be added and never changed'); END;

CREATE TRIGGER batches_no_update BEFORE UPDATE ON batches
BEGIN SELECT RAISE(ABORT, 'aidledger: batches can be added and never changed'); END;

CREATE TRIGGER batches_no_delete BEFORE DELETE ON batches
BEGIN SELECT RAISE(ABORT, 'aidledger: batches can be added and never changed'); END;

CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'aidledger: checkpoints can be added and never changed'); END;

CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'aidledger: checkpoints can be added and never changed'); END;

CREATE TRIGGER evidence_no_update BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'aidledger: evidence can be added and never changed'); END;

CREATE TRIGGER evidence_no_delete BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'aidledger: evidence can be added and never changed'); END;

CREATE TRIGGER erased_keys_no_update BEFORE UPDATE ON erased_keys
BEGIN SELECT RAISE(ABORT, 'aidledger: erased_keys can be added and never changed'); END;

CREATE TRIGGER erased_keys_no_delete BEFORE DELETE ON erased_keys
BEGIN SELECT RAISE(ABORT, 'aidledger: erased_keys can be added and never changed'); END;

CREATE TRIGGER head_no_delete BEFORE DELETE ON head
BEGIN SELECT RAISE(ABORT, 'aidledger: the head cannot be deleted'); END;

CREATE TRIGGER head_one_row BEFORE INSERT ON head WHEN EXISTS (SELECT 1 FROM head)
BEGIN SELECT RAISE(ABORT, 'aidledger: there is one head'); END;

CREATE TRIGGER head_forward BEFORE UPDATE ON head
WHEN NEW.size < OLD.size OR NEW.origin <> OLD.origin
BEGIN SELECT RAISE(ABORT, 'aidledger: the head goes forward only'); END;
