-- Not trusted: a seat belt against accidents. Whoever owns the tables can drop these triggers, and
-- `aidledger verify` finds what was changed. ALWAYS: also for a session that plays a replica.

CREATE FUNCTION aidledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'aidledger: % can be added and never changed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION aidledger.refuse_backward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size < OLD.size OR NEW.origin <> OLD.origin THEN
        RAISE EXCEPTION 'aidledger: the head goes forward only'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION aidledger.refuse_second() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM aidledger.head) THEN
        RAISE EXCEPTION 'aidledger: there is one head' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER entries_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON aidledger.entries
    FOR EACH STATEMENT EXECUTE FUNCTION aidledger.refuse_change();
ALTER TABLE aidledger.entries ENABLE ALWAYS TRIGGER entries_no_change;

CREATE TRIGGER nodes_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON aidledger.nodes
    FOR EACH STATEMENT EXECUTE FUNCTION aidledger.refuse_change();
ALTER TABLE aidledger.nodes ENABLE ALWAYS TRIGGER nodes_no_change;

CREATE TRIGGER batches_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON aidledger.batches
    FOR EACH STATEMENT EXECUTE FUNCTION aidledger.refuse_change();
ALTER TABLE aidledger.batches ENABLE ALWAYS TRIGGER batches_no_change;

CREATE TRIGGER checkpoints_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON aidledger.checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION aidledger.refuse_change();
ALTER TABLE aidledger.checkpoints ENABLE ALWAYS TRIGGER checkpoints_no_change;

CREATE TRIGGER evidence_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON aidledger.evidence
    FOR EACH STATEMENT EXECUTE FUNCTION aidledger.refuse_change();
ALTER TABLE aidledger.evidence ENABLE ALWAYS TRIGGER evidence_no_change;

CREATE TRIGGER erased_keys_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON aidledger.erased_keys
    FOR EACH STATEMENT EXECUTE FUNCTION aidledger.refuse_change();
ALTER TABLE aidledger.erased_keys ENABLE ALWAYS TRIGGER erased_keys_no_change;

CREATE TRIGGER head_no_delete BEFORE DELETE OR TRUNCATE ON aidledger.head
    FOR EACH STATEMENT EXECUTE FUNCTION aidledger.refuse_change();
ALTER TABLE aidledger.head ENABLE ALWAYS TRIGGER head_no_delete;

CREATE TRIGGER head_one_row BEFORE INSERT ON aidledger.head
    FOR EACH ROW EXECUTE FUNCTION aidledger.refuse_second();
ALTER TABLE aidledger.head ENABLE ALWAYS TRIGGER head_one_row;

CREATE TRIGGER head_forward BEFORE UPDATE ON aidledger.head
    FOR EACH ROW EXECUTE FUNCTION aidledger.refuse_backward();
ALTER TABLE aidledger.head ENABLE ALWAYS TRIGGER head_forward;
