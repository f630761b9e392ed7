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
    -- Set while the case is on its way to another office: act, since, to.
    transfer         json,
    -- Other cases it hangs together with: case, link, act, since.
    links            json        not null,
    -- Stops that were not lifted: act, blocks, ground, since, until, overrides.
    stops            json        not null,
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
    -- Of a court outcome that a dispute put here: the act of the dispute, and the dispute's case.
    put_by       text,
    put_from     uuid,
    primary key (case_id, sequence)
);

-- Cases that dispute decisions of other cases.
create table disputes (
    case_id       uuid    primary key,
    number        text,
    procedure     text    not null,
    state         text,
    state_title   json,
    is_final      boolean not null,
    office        text,
    opened        date    not null,
    -- What the acts say: codes of CL-DISPUTE, CL-INST, CL-ROLE, CL-OUTCOME.
    category      text,
    instance      text,
    court         text,
    court_case_no text,
    outcome       text,
    -- The court outcome that it put into the case of the decision last.
    effect        text,
    decided_case  text,
    decision      text
);

-- What acts of disputes put into other cases.
create table puts (
    statement  text   primary key,
    dispute    uuid   not null,
    position   bigint not null,
    case_id    uuid   not null,
    decision   text   not null,
    act        text   not null,
    legal_date date   not null
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

-- Outcomes in a case whose act of the dispute does not stand any more, such as a judgment that was
-- taken for final until an appeal came in: shown in the worklist, for somebody must enter them in
-- error. A view, since it rests on two cases.
create view fallen_puts as
    select t.case_id, 'fallen-put'::text as clock, t.statement as started_by,
           json_build_object(
               'en', 'The act of the dispute behind this outcome does not stand: enter it in error',
               'uk', 'Акт спору, з якого походить цей результат, не чинний: позначте внесене помилкою')
               as title,
           t.legal_date as due, null::timestamptz as due_at, null::date as warn_from,
           null::date as fires_on, null::text as fires, false as informs, c.number, c.procedure,
           c.state, c.office, c.assigned_to, d.id as dispute
      from timeline t
      join cases c on c.id = t.case_id
      join cases d on d.id = t.put_from
      join timeline p on p.case_id = d.id and p.statement = t.put_by
     where t.put_by is not null
       and exists (select from json_to_recordset(c.standing) as s (position bigint, status text)
                    where s.position = t.position and s.status = 'effective')
       and exists (select from json_to_recordset(d.standing) as s (position bigint, status text)
                    where s.position = p.position and s.status <> 'effective');

-- Outcomes that a case is to take from a dispute and does not hold: for a moment, until the ledger
-- has signed, or for as long as the law lets it not. Where there is no such case, the row is about
-- the dispute.
create view waiting_puts as
    select c.id as case_id, 'waiting-put'::text as clock, p.statement as started_by,
           json_build_object(
               'en', 'The outcome of a court dispute is still to be put into the case',
               'uk', 'Результат судового спору ще треба внести до справи') as title,
           p.legal_date as due, null::timestamptz as due_at, null::date as warn_from,
           p.legal_date as fires_on, p.act as fires, false as informs, c.number, c.procedure,
           c.state, c.office, c.assigned_to, p.dispute
      from puts p
      join cases c on c.id = coalesce((select o.id from cases o where o.id = p.case_id), p.dispute)
     where not exists (select from timeline t where t.put_by = p.statement);

-- What stands against a case: flags answered or shown, late acts, terms that ran out.
create table defects (
    case_id    uuid    not null,
    n          integer not null,
    rule       text    not null,
    -- Its number and title in CL-DEFECT.
    defect     text,
    title      json,
    severity   text    not null,
    -- `check`: to be verified by a lawyer; `design`: ours, never cited to a court.
    certainty  text    not null,
    basis      text[]  not null,
    says       json    not null,
    -- flag, late or overdue.
    found      text    not null,
    act        text    not null,
    statement  text    not null,
    position   bigint  not null,
    -- The first day on which it stands; a term that still runs says the day to come.
    since      date    not null,
    answer     text,
    clock      text,
    due        date,
    number     text,
    procedure  text    not null,
    office     text,
    primary key (case_id, n)
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
