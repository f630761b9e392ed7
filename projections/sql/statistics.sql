-- What statisticians see: cells, never units. The body is bound to the tables themselves and not
-- to their names, so it follows them when a rebuild renames the schemas.

create function decisions(as_of bigint, years integer[], citizenships text[], procedures text[], outcomes text[])
returns table (year integer, citizenship text, procedure text, act text, outcome text, decisions bigint)
language sql stable security definer parallel safe
begin atomic
    select extract(year from u.legal_date)::integer, u.citizenship, u.procedure, u.act, u.outcome,
           count(*)
      from decisions u
     where u.kind = 'decision'
       and u.from_position <= as_of
       and (u.to_position is null or u.to_position > as_of)
       and (years is null or extract(year from u.legal_date)::integer = any (years))
       and (citizenships is null or coalesce(u.citizenship, '') = any (citizenships))
       and (procedures is null or u.procedure = any (procedures))
       and (outcomes is null or u.outcome = any (outcomes))
     group by 1, 2, 3, 4, 5;
end;
