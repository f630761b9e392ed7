-- The least each role needs. Owners can do anything to their tables, so the log belongs to a
-- role that cannot log in; only a superuser is above it, and him the signed log finds out.

alter function refuse_change() owner to litopys_owner;
alter table events owner to litopys_owner;
alter table log_head owner to litopys_owner;
alter table tiles owner to litopys_owner;
alter table checkpoints owner to litopys_owner;
alter table packages owner to litopys_owner;
alter table case_numbers owner to litopys_owner;
alter table stream_subjects owner to litopys_owner;
alter schema vault owner to litopys_owner;
alter table vault.disclosures owner to litopys_owner;

grant usage on schema public to litopys_writer, litopys_projector, litopys_auditor;

-- The writer appends. It can neither change nor remove what it appended.
grant select, insert on events, tiles, checkpoints, packages, stream_subjects to litopys_writer;
grant select, update on log_head to litopys_writer;
grant select, insert, update on case_numbers to litopys_writer;
grant usage on schema vault to litopys_writer;
grant select, insert, delete on vault.disclosures to litopys_writer;

-- The projector reads the log and owns the read schemas, which it creates itself; the right to
-- create schemas belongs to the database and is given by `migrate`.
grant select on events, checkpoints, packages to litopys_projector;

-- The auditor reads everything but the vault, and changes nothing.
grant select on events, log_head, tiles, checkpoints, packages, case_numbers, stream_subjects
    to litopys_auditor;

-- What the projector will create is readable to writer (which serves the answers) and auditor
-- (which compares its replay with the read models). The statistician is given its protected
-- aggregates, and only those, by the projector when it creates them.
alter default privileges for role litopys_projector
    grant usage on schemas to litopys_writer, litopys_auditor;
alter default privileges for role litopys_projector
    grant select on tables to litopys_writer, litopys_auditor;
