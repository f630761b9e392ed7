-- The units behind published figures: one row a counted act, pseudonymous but not protected, so
-- in a schema of its own that statisticians do not see. A row stands from the position that
-- brought it in until the position that took it out; what changed is a new row.

create table decisions (
    statement     text    not null,
    case_id       uuid    not null,
    kind          text    not null,
    feeds         text[]  not null,
    procedure     text    not null,
    act           text    not null,
    outcome       text    not null,
    citizenship   text,
    office        text,
    legal_date    date    not null,
    from_position bigint  not null,
    to_position   bigint  check (to_position > from_position),
    primary key (statement, from_position)
);
