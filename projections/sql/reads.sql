-- The read models. Run by the projector with search_path set to the schema they belong in: the
-- live one or, while they are built anew, one beside it.

-- How much of the log these tables reflect: acts at positions below `size`.
create table progress (
    "only"  boolean primary key default true check ("only"),
    version integer not null,
    size    bigint  not null check (size >= 0)
);

create table cases (
    id               uuid        primary key,
    number           text,
    procedure        text        not null,
    procedure_title  json,
    state            text,
    state_title      json,
    -- The acts contradict each other until a head determines the state; `other_state` is what
    -- would hold without the late ones.
    disputed         boolean     not null,
    other_state      text,
    is_final         boolean     not null,
    closed           boolean     not null,
    office           text,
    assigned_to      text,
    citizenship      text,
    subjects         text[]      not null,
    opened           date        not null,
    acts             bigint      not null,
    last_act         text        not null,
    last_statement   text        not null,
    last_position    bigint      not null,
    last_recorded_at timestamptz not null,
    -- Flags answered under signatures that stand.
    flags            integer     not null,
    -- Acts that came after their term.
    defects          integer     not null,
    next_due         date,
    -- What became of each act, by its position: later acts change it, so it is kept here and not
    -- in `timeline`, where a row is written once.
    standing         json        not null
);

create table timeline (
    case_id      uuid        not null,
    sequence     bigint      not null,
    position     bigint      not null,
    statement    text        not null,
    act          text        not null,
    act_title    json,
    occurred_at  text        not null,
    legal_date   date        not null,
    recorded_at  timestamptz not null,
    source       text        not null,
    author       json,
    signers      json        not null,
    procedure    text,
    edition      date,
    package      text,
    concerns     text[]      not null,
    flags        json        not null,
    primary key (case_id, sequence)
);

create table worklist (
    case_id      uuid    not null,
    clock        text    not null,
    started_by   text    not null,
    title        json    not null,
    due          date    not null,
    due_at       timestamptz,
    warn_from    date,
    -- The day on which the ledger may sign that the term ran out.
    fires_on     date,
    fires        text,
    -- Says when something ends, asks for nothing.
    informs      boolean not null,
    number       text,
    procedure    text    not null,
    state        text,
    office       text,
    assigned_to  text,
    primary key (case_id, clock, started_by)
);

create table signatories (
    id                text    primary key,
    kind              text    not null,
    administrator     boolean not null,
    -- The thumbprint in force; none once revoked.
    key               text,
    keys              json    not null,
    suspensions       json    not null,
    services          text[]  not null
);

create table posts (
    officer         text not null,
    role            text not null,
    office          text not null,
    from_day        date not null,
    until_day       date,
    acting_by_order text
);

create table competences (
    officer   text not null,
    course    text not null,
    from_day  date not null,
    until_day date not null
);

create table persons (
    id            uuid        primary key,
    registered_at timestamptz not null,
    position      bigint      not null
);
