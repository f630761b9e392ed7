-- Apart from the tables, so that a rebuild fills them first. Primary keys are with the tables: the
-- fold replaces rows by them.

create unique index on cases (number text_pattern_ops);
create index on cases (opened desc, id desc);
create index on cases (office, opened desc, id desc);
create index on cases (procedure, state, opened desc, id desc);
create index on cases (citizenship, opened desc, id desc);
create index on cases using gin (subjects);
create index on cases ((transfer->>'to')) where transfer is not null;

create unique index on timeline (position);
create index on timeline (put_by) where put_by is not null;

create index on disputes (opened desc, case_id desc);
create index on disputes (office, opened desc, case_id desc);
create index on disputes (decided_case);
create index on puts (dispute);

create index on worklist (due, case_id, clock, started_by);
create index on worklist (office, due, case_id, clock, started_by);
create index on worklist (fires_on) where fires_on is not null;
create index on worklist (assigned_to, due, case_id, clock, started_by);

create index on defects (since desc, case_id desc, n desc);
create index on defects (office, since desc, case_id desc, n desc);

create index on posts (officer);

create index on posts (office, role);
create index on competences (officer);

