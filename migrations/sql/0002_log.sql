-- The log: every act in one total order, the Merkle tree over it, and what was published of it.
-- Truth lies in the payload's bytes; every other column but `position` can be recomputed from
-- them. `payload` is json and not jsonb because json keeps the bytes it was given.

-- A superset of the table of postgres-es, so that a stock PostgresEventRepository reads every
-- stream. `position` has no default: its INSERT, which knows nothing of the log, is refused.
create table events (
    aggregate_type   text        not null,
    aggregate_id     text        not null,
    sequence         bigint      not null check (sequence >= 1),
    event_type       text        not null,
    event_version    text        not null,
    payload          json        not null,
    metadata         json        not null,
    position         bigint      not null check (position >= 0),
    leaf_hash        bytea       not null check (octet_length(leaf_hash) = 32),
    statement_sha256 bytea       not null check (octet_length(statement_sha256) = 32),
    recorded_at      timestamptz not null,
    primary key (aggregate_type, aggregate_id, sequence),
    constraint events_position_key unique (position),
    constraint events_statement_sha256_key unique (statement_sha256)
);

-- The one row that every append moves: `where size = n` is what makes the order total.
-- `compact_range` holds the hashes of the complete subtrees, the largest first.
create table log_head (
    "only"           boolean     primary key default true check ("only"),
    size             bigint      not null check (size >= 0),
    compact_range    bytea       not null check (octet_length(compact_range) % 32 = 0),
    last_recorded_at timestamptz
);

insert into log_head (size, compact_range) values (0, '');

-- Full tiles only, 256 hashes each: a partial tile is computed from the rows when asked for.
-- Hashes do not compress, so the attempt is spared.
create table tiles (
    level      smallint not null check (level between 0 and 63),
    tile_index bigint   not null check (tile_index >= 0),
    hashes     bytea    not null check (octet_length(hashes) = 8192),
    primary key (level, tile_index)
);

alter table tiles alter column hashes set storage external;

-- Signed notes as they were published, each stored by its own INSERT after the COMMIT it speaks of.
create table checkpoints (
    size         bigint      primary key check (size >= 0),
    note         text        not null,
    published_at timestamptz not null
);

-- The texts that acts cite by hash: manifests, editions, code lists, calendars, letters.
create table packages (
    sha256  bytea primary key check (octet_length(sha256) = 32),
    kind    text  not null,
    content text  not null
);

-- The counters behind gap-free case numbers.
create table case_numbers (
    office    text    not null,
    procedure text    not null,
    year      integer not null,
    last      bigint  not null check (last >= 1),
    primary key (office, procedure, year)
);

-- Which streams ever named a subject, so that a rule can look at a person's other cases without
-- reading the log. Kept by the appender in the same statement as the events.
create table stream_subjects (
    subject        text   not null,
    aggregate_type text   not null,
    aggregate_id   text   not null,
    position       bigint not null check (position >= 0),
    primary key (subject, aggregate_type, aggregate_id)
);

-- Statement triggers, because TRUNCATE knows no rows; `enable always`, because otherwise
-- session_replication_role = replica would pass them by. Their message names the table.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% on % is refused: the log is append-only', lower(tg_op), tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

do $$
declare
    append_only text;
begin
    foreach append_only in array array['events', 'tiles', 'checkpoints', 'packages', 'stream_subjects']
    loop
        execute format(
            'create trigger append_only before update or delete or truncate on %I
             for each statement execute function refuse_change()', append_only);
        execute format('alter table %I enable always trigger append_only', append_only);
    end loop;
end
$$;
