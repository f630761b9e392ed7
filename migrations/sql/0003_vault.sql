-- What identifies or stigmatises a person is kept apart from the log, sealed, so that it can be
-- destroyed without breaking a proof. Events hold only the digests; nothing but the writer sees
-- this schema.

create schema vault;

create table vault.disclosures (
    digest           text        primary key,
    stream           text        not null,
    field            text        not null,
    statement_sha256 bytea       not null check (octet_length(statement_sha256) = 32),
    sealed           bytea       not null,
    stored_at        timestamptz not null default now()
);

-- A case is shown with all its disclosures at once.
create index disclosures_stream_idx on vault.disclosures (stream);
